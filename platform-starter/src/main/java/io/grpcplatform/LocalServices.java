package io.grpcplatform;

import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import java.util.Collection;

/**
 * The application's own services, for calls that come from within its process and not from a
 * socket.
 *
 * <p>Threading: safe; after every bean has been made.
 */
public interface LocalServices {

  /** The methods of all services. */
  Collection<MethodDescriptor<?, ?>> methods();

  /**
   * Puts every service on a server of the caller's own, inside the pipeline and the user's
   * interceptors as on any other.
   */
  void addTo(ServerBuilder<?> builder);
}
