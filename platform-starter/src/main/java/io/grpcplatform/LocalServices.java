package io.grpcplatform;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import java.util.Collection;
import java.util.List;

/**
 * The application's own services, for calls that come from within its process and not from a
 * socket.
 *
 * <p>Threading: safe; after every bean has been made.
 */
public interface LocalServices {

  /** The methods of all services. */
  Collection<MethodDescriptor<?, ?>> methods();

  /** Every service, inside the pipeline and the user's interceptors as on any server. */
  List<ServerServiceDefinition> bound();
}
