package io.grpcplatform;

import io.grpc.MethodDescriptor;

/**
 * The name of one method as policies are looked up and meters are tagged by it.
 *
 * @param channel the client channel's name; empty on the server side
 * @param service the full service name, {@code pkg.Service}
 * @param method the bare method name, {@code Method}
 */
public record CallKey(String channel, String service, String method) {

  /**
   * Stands for every method a server does not have, so that a caller's inventions make no names of
   * ours.
   */
  public static final CallKey UNKNOWN = new CallKey("", "unknown", "unknown");

  /** The key of {@code method} on {@code channel} (empty on the server side). */
  public static CallKey of(String channel, MethodDescriptor<?, ?> method) {
    String service = method.getServiceName();
    String bare = method.getBareMethodName();
    return new CallKey(
        channel, service == null ? "" : service, bare == null ? method.getFullMethodName() : bare);
  }

  /**
   * {@code pkg.Service/Method}, as in a {@code methods."[...]"} property and in the HTTP/2 path.
   */
  public String fullMethodName() {
    return service + "/" + method;
  }
}
