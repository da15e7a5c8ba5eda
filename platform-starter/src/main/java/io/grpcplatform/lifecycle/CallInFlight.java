package io.grpcplatform.lifecycle;

import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;

/** One call that has begun and whose end has not reached the wire. Forgets itself when it ends. */
final class CallInFlight implements CallHook {

  private final CallsInFlight calls;
  private final CallKey key;
  private final CallControl control;
  private final long beganNanos;
  private final boolean stream;

  CallInFlight(
      CallsInFlight calls, CallKey key, CallControl control, long beganNanos, boolean stream) {
    this.calls = calls;
    this.key = key;
    this.control = control;
    this.beganNanos = beganNanos;
    this.stream = stream;
  }

  CallKey key() {
    return key;
  }

  CallControl control() {
    return control;
  }

  long beganNanos() {
    return beganNanos;
  }

  boolean stream() {
    return stream;
  }

  @Override
  public void ended(Outcome outcome) {
    calls.remove(this);
  }
}
