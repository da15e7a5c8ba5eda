package io.grpcplatform.house;

import java.util.Map;

/**
 * Classes that may do what their kind may not, each with its reason. A test fails for one that is
 * no longer needed.
 */
final class Exceptions {

  /** Not an edge, yet imports Spring. */
  static final Map<String, String> SPRING = Map.of();

  /** A policy of a feature by its name, yet imports gRPC. */
  static final Map<String, String> GRPC = Map.of();

  private Exceptions() {}
}
