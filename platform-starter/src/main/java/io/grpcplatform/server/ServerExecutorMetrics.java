package io.grpcplatform.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** The meters of each executor, tagged with its name: the settings' keys, so they are few. */
final class ServerExecutorMetrics implements MeterBinder {

  private static final String PREFIX = "platform.server.executor.";

  private final ServerExecutors executors;

  ServerExecutorMetrics(ServerExecutors executors) {
    this.executors = executors;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    executors.watch(pool -> bind(pool, registry));
  }

  private static void bind(WorkerPool pool, MeterRegistry registry) {
    gauge("active", "Threads that run a handler", pool, WorkerPool::getActiveCount, registry);
    gauge(
        "queued",
        "Calls that wait for a thread",
        pool,
        waiting -> waiting.getQueue().size(),
        registry);
    gauge("max", "Threads there may be", pool, WorkerPool::getMaximumPoolSize, registry);
    FunctionCounter.builder(PREFIX + "refused", pool, WorkerPool::refused)
        .description("Calls refused because too many wait for a thread")
        .tags(tags(pool))
        .register(registry);
  }

  private static void gauge(
      String name,
      String description,
      WorkerPool pool,
      ToDoubleFunction<WorkerPool> value,
      MeterRegistry registry) {
    Gauge.builder(PREFIX + name, pool, value)
        .description(description)
        .tags(tags(pool))
        .strongReference(true)
        .register(registry);
  }

  private static Tags tags(WorkerPool pool) {
    return Tags.of("executor", pool.name());
  }
}
