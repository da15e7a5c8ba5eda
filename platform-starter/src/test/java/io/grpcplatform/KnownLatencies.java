package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;

/** Calls that a test says have been, for tests of features outside the root. */
public final class KnownLatencies {

  private final CallLatencies.Window window;

  /** Notes calls of one method. */
  public KnownLatencies(CallLatencies.Window window) {
    this.window = window;
  }

  /** So many calls took that long and succeeded. */
  public KnownLatencies answered(int calls, Duration each) {
    return ended(calls, each, Outcome.PLAIN_OK);
  }

  /** So many calls failed. */
  public KnownLatencies failed(int calls) {
    return ended(
        calls, Duration.ofMillis(1), new Outcome(Status.UNAVAILABLE, new Metadata(), null, false));
  }

  /** The circuit breaker refused a call. */
  public KnownLatencies refusedByBreaker() {
    Refusal open = new Refusal(Refusal.Reason.CIRCUIT_OPEN, "open", null);
    return ended(1, Duration.ZERO, new Outcome(open.status(), open.trailers(), open, true));
  }

  private KnownLatencies ended(int calls, Duration each, Outcome outcome) {
    for (int i = 0; i < calls; i++) {
      window.ended(each.toNanos(), outcome);
    }
    return this;
  }
}
