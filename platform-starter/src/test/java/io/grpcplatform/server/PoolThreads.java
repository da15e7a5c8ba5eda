package io.grpcplatform.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadPoolExecutor;

/** The pools that run the handlers of a server. */
public final class PoolThreads {

  private PoolThreads() {}

  /** Those with platform threads; a virtual thread has no next task. */
  public static List<ThreadPoolExecutor> of(ServerExecutors executors) {
    List<ThreadPoolExecutor> pools = new ArrayList<>();
    executors.watch(pools::add);
    return pools;
  }
}
