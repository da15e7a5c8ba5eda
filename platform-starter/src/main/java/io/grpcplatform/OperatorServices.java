package io.grpcplatform;

import java.util.Set;

/**
 * What operators, probes and load balancers ask a server that is in trouble: health, reflection,
 * channelz and xDS client status. No policy refuses them, and they have threads of their own.
 */
public final class OperatorServices {

  private static final Set<String> NAMES =
      Set.of(
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection",
          "grpc.channelz.v1.Channelz",
          "envoy.service.status.v3.ClientStatusDiscoveryService");

  private OperatorServices() {}

  /** The full names of all of them. */
  public static Set<String> names() {
    return NAMES;
  }

  /** Whether that service is one of them. */
  public static boolean include(String service) {
    return NAMES.contains(service);
  }
}
