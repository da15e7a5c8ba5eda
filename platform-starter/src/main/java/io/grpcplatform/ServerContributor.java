package io.grpcplatform;

import io.grpc.ServerBuilder;

/** What a feature does to each server beyond its calls, such as serving a service of its own. */
public interface ServerContributor {

  /**
   * Sets what the feature needs before {@code GrpcServerCustomizer} beans, which see the builder
   * last.
   */
  void contribute(ServerBuilder<?> builder);
}
