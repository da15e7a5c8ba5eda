package io.grpcplatform;

/**
 * Which pool of threads the calls of a server's method run on, for policies that look at how busy
 * the threads are.
 */
@FunctionalInterface
public interface CallPools {

  /** One pool for every method, as on a server that was told nothing else. */
  CallPools SHARED = key -> "shared";

  /** The name of the pool, one of a bounded set; methods of one pool have the same name. */
  String of(CallKey key);
}
