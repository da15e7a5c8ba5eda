package io.grpcplatform;

import io.grpc.MethodDescriptor;

/**
 * Which pool of threads the calls of a server's method run on, for policies that look at how busy
 * the threads are. Asked with each plan that is made, so an answer may change with the settings.
 */
@FunctionalInterface
public interface CallPools {

  /** One pool for every method, as on a server that was told nothing else. */
  CallPools SHARED = method -> "shared";

  /** The name of the method's pool, one of a bounded set; methods of one pool have one name. */
  String poolOf(MethodDescriptor<?, ?> method);
}
