package io.grpcplatform.circuitbreaker;

import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The permit of one stream: that it opened, or did not, is its one result. A live stream adds a
 * success at most every 10 s, and a failure if it ends in one, as long as the breaker is still in
 * the state that let it in.
 */
final class StreamPermit implements CallHook {

  private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final AtomicIntegerFieldUpdater<StreamPermit> PHASE =
      AtomicIntegerFieldUpdater.newUpdater(StreamPermit.class, "phase");
  private static final int OPENING = 0;
  private static final int LIVE = 1;
  private static final int OVER = 2;

  private final MethodGate gate;
  private final CallClock clock;
  private final Object permit;
  private final @Nullable Deadline given;
  private final long started;
  private volatile int phase;
  private long sampled;
  private volatile @Nullable Object last;

  StreamPermit(MethodGate gate, CallClock clock, Object permit, @Nullable Deadline given) {
    this.gate = gate;
    this.clock = clock;
    this.permit = permit;
    this.given = given;
    this.started = clock.nanoTime();
  }

  @Override
  public void headers(Metadata headers) {
    opened();
  }

  @Override
  public void received(Object message) {
    if (gate.readsMessages()) {
      last = message;
    }
    if (phase == OPENING) {
      opened();
      return;
    }
    long now = clock.nanoTime();
    if (now - sampled >= SAMPLE_NANOS) {
      sampled = now;
      gate.gate().sample(permit);
    }
  }

  private void opened() {
    if (PHASE.compareAndSet(this, OPENING, LIVE)) {
      sampled = clock.nanoTime();
      gate.result(permit, Outcome.Kind.SUCCESS, sampled - started, Status.Code.OK);
    }
  }

  @Override
  public void ended(Outcome outcome) {
    int before = PHASE.getAndSet(this, OVER);
    long lived = clock.nanoTime() - started;
    Outcome.Kind kind = gate.kindOf(outcome, given, lived, last);
    Status.Code code = outcome.status().getCode();
    if (before != LIVE) {
      gate.result(permit, kind, lived, code);
    } else if (kind == Outcome.Kind.FAILURE && !ranItsTime(code)) {
      gate.gate().failedSample(permit, code);
    }
  }

  /** Whether the caller had meant the stream to last no longer: that is no failure. */
  private boolean ranItsTime(Status.Code code) {
    return code == Status.Code.DEADLINE_EXCEEDED && given != null && given.isExpired();
  }
}
