package io.grpcplatform.async;

import io.grpcplatform.StartupCheck;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds more workers than the pool of connections has room for. */
final class PoolCheck implements StartupCheck {

  private final int workers;
  private final Supplier<@Nullable Integer> connections;

  /**
   * @param connections the most that the pool has; null where that is not known, negative where it
   *     has no limit
   */
  PoolCheck(int workers, Supplier<@Nullable Integer> connections) {
    this.workers = workers;
    this.connections = connections;
  }

  @Override
  public List<Finding> findings() {
    Integer most = connections.get();
    if (most == null || most < 0 || workers < most) {
      return List.of();
    }
    return List.of(
        Finding.of(
            "async-pool",
            AsyncProperties.PREFIX + "workers",
            workers
                + " durable calls may run at once, each with a connection, and the pool has "
                + most
                + ": whoever submits or serves waits until one of them has ended.",
            String.valueOf(most / 2)));
  }
}
