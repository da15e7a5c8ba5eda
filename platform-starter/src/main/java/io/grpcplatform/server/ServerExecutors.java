package io.grpcplatform.server;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpcplatform.CallPools;
import io.grpcplatform.CriticalCalls;
import io.grpcplatform.ServerContributor;
import io.grpcplatform.ServerPipeline;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which thread each call's handler runs, and refuses a new call where its pool has no
 * room: for critical calls it has twice as much. Health, reflection and channelz have two threads
 * of their own, and answer when every other pool is full.
 *
 * <p>The decision runs on the event loop, as does the refusal; what the application does runs on
 * the pool, its interceptors included. A call's {@link Context} is cancelled on the event loop, at
 * once, however busy the pool is: its listeners with a direct executor must not block.
 *
 * <p>Threading: safe.
 */
public final class ServerExecutors implements ServerContributor, CallPools, AutoCloseable {

  /** A swallowed task is one of a call that has been answered already. */
  private static final Executor NOWHERE = task -> {};

  /** When to come back: other calls of the same moment are told another time. */
  private static final int LEAST_MILLIS = 250;

  private static final int MOST_MILLIS = 750;

  private final WorkerPools pools;
  private final CriticalCalls critical;

  ServerExecutors(ExecutorPlans plans, CriticalCalls critical) {
    this.pools = new WorkerPools(plans);
    this.critical = critical;
  }

  /** One executor for every service. */
  public static ServerExecutors of(ExecutorPlan standard) {
    return of(standard, Map.of());
  }

  /**
   * One executor for every service and others for some.
   *
   * @param methods what differs, by {@code pkg.Service/Method} or {@code pkg.Service/*}: each entry
   *     is a pool of its own
   */
  public static ServerExecutors of(ExecutorPlan standard, Map<String, ExecutorPlan> methods) {
    return new ServerExecutors(new ExecutorPlans(standard, methods), CriticalCalls.NONE);
  }

  /** Services whose handlers were declared to never block; an entry of their own goes before it. */
  void nonBlocking(Set<String> services) {
    pools.nonBlocking(services);
  }

  /** Throws where {@code next} cannot follow on what holds now. */
  void check(ExecutorPlans next) {
    pools.check(next);
  }

  /** Changes sizes, adds and drops pools. Calls stay where they began. */
  void change(ExecutorPlans next) {
    pools.change(next);
  }

  WorkerPools pools() {
    return pools;
  }

  /** Shows {@code watcher} each pool there is, and later each new one. */
  void watch(Consumer<WorkerPool> watcher) {
    pools.watch(watcher);
  }

  /**
   * Sets the builder's executors. What sets {@code executor}, {@code directExecutor} or {@code
   * callExecutor} after it has all calls of that server.
   */
  @Override
  public void contribute(ServerBuilder<?> builder) {
    if (pools.alwaysDirect()) {
      builder.directExecutor();
      return;
    }
    // The look-up of the method runs on this one; on a pool it would cost a second hop.
    LookUps lookUps = new LookUps();
    builder.executor(lookUps);
    builder.callExecutor(new Switch(pools, critical, lookUps));
  }

  /** The executor's name, as in its meters; handlers on the event loop have one in common. */
  @Override
  public String poolOf(MethodDescriptor<?, ?> method) {
    WorkerPool pool = pools.of(method);
    return pool == null ? "direct" : pool.name();
  }

  /** Lets idle threads go; to be called when the servers have ended. Handlers are not disturbed. */
  @Override
  public void close() {
    pools.retire();
  }

  /**
   * Runs a task at once, on the event loop, and is known there meanwhile: by that a look-up shows
   * whether the builder still has this executor or its user has set another.
   */
  private static final class LookUps implements Executor {

    private static final ThreadLocal<@Nullable LookUps> RUNNING = new ThreadLocal<>();

    @Override
    public void execute(Runnable task) {
      LookUps before = RUNNING.get();
      RUNNING.set(this);
      try {
        task.run();
      } finally {
        RUNNING.set(before);
      }
    }

    boolean running() {
      return RUNNING.get() == this;
    }
  }

  private record Switch(WorkerPools pools, CriticalCalls critical, LookUps lookUps)
      implements ServerCallExecutorSupplier {

    /** Null is what gRPC takes for "the builder's own". */
    @Override
    public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
      WorkerPool pool = lookUps.running() ? pools.of(call.getMethodDescriptor()) : null;
      if (pool == null) {
        return null;
      }
      if (!pool.full() || hasRoom(pool, call, headers)) {
        return new CallExecutor(pool, pools.cancelled(), call);
      }
      int millis = ThreadLocalRandom.current().nextInt(LEAST_MILLIS, MOST_MILLIS);
      ServerPipeline.refuse(call, pool.refuse(Duration.ofMillis(millis)));
      // The call's own; nobody else would end it, and its timer would stay until the deadline.
      if (Context.current() instanceof Context.CancellableContext context) {
        context.cancel(null);
      }
      return NOWHERE;
    }

    private boolean hasRoom(WorkerPool pool, ServerCall<?, ?> call, Metadata headers) {
      return !pool.fullOfCritical() && critical.include(call.getMethodDescriptor(), headers);
    }
  }

  /**
   * Runs what one call has to do. What a cancelled call still has to do does not wait behind the
   * handlers of others.
   */
  private record CallExecutor(WorkerPool pool, WorkerPool cancelled, ServerCall<?, ?> call)
      implements Executor {

    @Override
    public void execute(Runnable task) {
      boolean urgent = call.isCancelled() && pool.saturated();
      (urgent ? cancelled : pool).execute(task);
    }
  }
}
