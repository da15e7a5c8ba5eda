package io.grpcplatform;

import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/** What a feature does to each server beyond its calls, such as serving a service of its own. */
public interface ServerContributor {

  /**
   * Sets what the feature needs before {@code GrpcServerCustomizer} beans, which see the builder
   * last.
   */
  default void contribute(ServerBuilder<?> builder) {}

  /**
   * What is put around every service, outside the pipeline; null for nothing. Bound once, so a call
   * pays only for what it does; one that is added to the builder would be wrapped around each call
   * anew.
   */
  default @Nullable ServerInterceptor interceptor() {
    return null;
  }
}
