package io.grpcplatform.lifecycle;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Notes every call that begins, and refuses new streams once the drain has begun. Runs on the
 * thread that is about to run the handler.
 */
final class LifecycleServerStage implements ServerFeature {

  private final CallsInFlight calls;
  private final DrainSignal signal;
  private final CallClock clock;

  /** What is in flight. */
  CallsInFlight calls() {
    return calls;
  }

  private LifecycleServerStage(CallsInFlight calls, DrainSignal signal, CallClock clock) {
    this.calls = calls;
    this.signal = signal;
    this.clock = clock;
  }

  /** A stage that hears of the drain. */
  static LifecycleServerStage on(
      DrainSignal signal,
      CallClock clock,
      RandomGenerator random,
      Duration streamSpread,
      DrainRecord record) {
    CallsInFlight calls = new CallsInFlight();
    signal.subscribe(new DrainSweep(calls, clock, random, streamSpread, record));
    return new LifecycleServerStage(calls, signal, clock);
  }

  @Override
  public ServerStage stage() {
    return ServerStage.LIFECYCLE;
  }

  @Override
  public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    return method.getType() == MethodType.UNARY ? this::beginUnary : this::beginStream;
  }

  private CallHook beginUnary(CallStart call) {
    return begin(call, false);
  }

  private CallHook beginStream(CallStart call) throws Refusal {
    CallInFlight begun = begin(call, true);
    // Only after it was noted: either this sees the drain, or the drain's sweep sees the stream.
    if (signal.draining()) {
      calls.remove(begun);
      throw new Refusal(
          Refusal.Reason.DRAINING, "The server is about to stop and takes no new streams", null);
    }
    return begun;
  }

  private CallInFlight begin(CallStart call, boolean stream) {
    CallInFlight begun =
        new CallInFlight(calls, call.key(), call.control(), clock.nanoTime(), stream);
    calls.add(begun);
    return begun;
  }
}
