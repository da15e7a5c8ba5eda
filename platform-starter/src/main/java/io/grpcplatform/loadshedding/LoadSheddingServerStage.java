package io.grpcplatform.loadshedding;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallPools;
import io.grpcplatform.CallStart;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.OperatorServices;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls while the server has too much to do, and remembers the caller's priority for the
 * calls made on its behalf. Runs on the thread the handler is about to run on.
 */
final class LoadSheddingServerStage implements ServerFeature {

  private final Live<LoadSheddingProperties> settings;
  private final LoadPools loads;
  private final CallPools pools;
  private final CallClock clock;
  private final Map<CallKey, Fastest> fastest = new ConcurrentHashMap<>();

  LoadSheddingServerStage(
      Live<LoadSheddingProperties> settings, LoadPools loads, CallPools pools, CallClock clock) {
    this.settings = settings;
    this.loads = loads;
    this.pools = pools;
    this.clock = clock;
  }

  /** A stage of this process's own, whose settings never change. */
  static LoadSheddingServerStage alone(LoadSheddingProperties settings) {
    return new LoadSheddingServerStage(
        Live.fixed(LoadSheddingProperties.class, settings),
        new LoadPools(settings, CpuUse.ofProcess(System.nanoTime()), ThreadLocalRandom::current),
        CallPools.SHARED,
        CallClock.system());
  }

  @Override
  public ServerStage stage() {
    return ServerStage.LOAD_SHEDDING;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    LoadSheddingProperties now = settings.get();
    if (!now.enabled() || OperatorServices.include(key.service())) {
      return null;
    }
    Priority usual = now.priorityOf(key, MethodPolicy.of(method).priority());
    if (now.mode() == Mode.OFF) {
      return call -> {
        priorityOf(call, usual);
        return null;
      };
    }
    Terms terms = new Terms(loads.of(pools.poolOf(method)), usual);
    return method.getType() == MethodType.UNARY
        ? new Unary(terms, fastest.computeIfAbsent(key, absent -> new Fastest()))
        : new Stream(terms, clock, method.getType());
  }

  /** The call's own priority, else its method's; others than the default go on with the call. */
  private static Priority priorityOf(CallStart call, Priority usual) {
    Metadata headers = call.headers();
    Priority own = Priority.of(headers.get(PriorityClientInterceptor.HEADER));
    Priority priority = own == null ? usual : own;
    if (priority != Priority.DEFAULT) {
      call.context(PriorityClientInterceptor.CURRENT, priority);
    }
    return priority;
  }

  /**
   * What holds for all calls of one method.
   *
   * @param pool where they run
   * @param usual the priority of calls that bring none
   */
  record Terms(LoadPools.Pool pool, Priority usual) {

    LoadGate gate() {
      return pool.gate();
    }

    /** Whether the call is let in although it is one too many; refuses it where that counts. */
    private boolean tooMany(CallStart call, Priority priority, boolean stream, long now)
        throws Refusal {
      boolean shed = gate().shedsNew(priority, stream, now - call.startNanos(), now);
      if (shed) {
        shed(priority, now);
      }
      return shed;
    }

    /** Counts a call that is one too many; refuses it where that counts. */
    void shed(Priority priority, long now) throws Refusal {
      Mode mode = gate().rules().mode();
      pool.counts().addShed(priority, mode);
      if (mode == Mode.ENFORCE) {
        throw pool.overload().refusal(priority, now);
      }
    }

    /**
     * Whether a live stream is to wait; where nothing is enforced it is only counted. By the mode
     * of this moment: a stream may outlive many changes.
     */
    boolean slows(Priority priority, long now) {
      Mode mode = gate().rules().mode();
      if (mode == Mode.OFF || !gate().slows(priority, now)) {
        return false;
      }
      pool.counts().addSlowed(mode);
      return mode == Mode.ENFORCE;
    }
  }

  private record Unary(Terms terms, Fastest fastest) implements StagePlan {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      Priority priority = priorityOf(call, terms.usual());
      long now = System.nanoTime();
      boolean counted = terms.tooMany(call, priority, false, now);
      return new UnaryWorkHook(terms, fastest, priority, now, counted);
    }
  }

  private record Stream(Terms terms, CallClock clock, MethodType type) implements StagePlan {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      Priority priority = priorityOf(call, terms.usual());
      terms.tooMany(call, priority, true, System.nanoTime());
      return new StreamWorkHook(terms, priority, clock, call.control(), type);
    }
  }
}
