package io.grpcplatform.circuitbreaker;

import io.grpc.Deadline;
import io.grpc.Status;
import io.grpcplatform.Outcome;
import io.grpcplatform.Outcome.Kind;
import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the endings of one method's calls say about its backend; immutable. */
final class OutcomeTable {

  private final @Nullable Kind[] overrides;
  private final long fairNanos;

  private OutcomeTable(@Nullable Kind[] overrides, long fairNanos) {
    this.overrides = overrides;
    this.fairNanos = fairNanos;
  }

  /**
   * What an ending says.
   *
   * @param given the deadline the call was started with, or null
   * @param livedNanos how long the call took
   */
  Kind kindOf(Outcome outcome, @Nullable Deadline given, long livedNanos) {
    Status.Code code = outcome.status().getCode();
    Kind kind = outcome.kind();
    if (platformDecided(outcome)) {
      Refusal refusal = outcome.refusal();
      // The one refusal of our own that speaks of the backend: it did not open the stream.
      boolean neverOpened = refusal != null && refusal.reason() == Refusal.Reason.OPEN_TIMEOUT;
      return neverOpened ? Kind.FAILURE : refusal == null ? kind : Kind.IGNORED;
    }
    Kind override = overrides[code.value()];
    if (override != null) {
      kind = override;
    }
    return kind == Kind.FAILURE
            && code == Status.Code.DEADLINE_EXCEEDED
            && !fair(outcome, given, livedNanos)
        ? Kind.IGNORED
        : kind;
  }

  /** Whether a platform, here or there, said more than the status code does. */
  static boolean platformDecided(Outcome outcome) {
    return outcome.refusal() != null
        || switch (outcome.status().getCode()) {
          case CANCELLED -> outcome.local();
          case UNAVAILABLE -> outcome.kind() != Kind.FAILURE;
          default -> false;
        };
  }

  private boolean fair(Outcome outcome, @Nullable Deadline given, long livedNanos) {
    if (Refusal.reasonOf(outcome.trailers()) == Refusal.Reason.STREAM_IDLE) {
      return false;
    }
    return given == null || given.timeRemaining(TimeUnit.NANOSECONDS) + livedNanos >= fairNanos;
  }

  /** Gathers the differences from the platform's table; later ones win. */
  static final class Builder {

    private final @Nullable Kind[] overrides = new Kind[Status.Code.values().length];
    private final long fairNanos;

    Builder(Duration fairBudget) {
      fairNanos = TimeUnit.NANOSECONDS.convert(fairBudget);
    }

    void override(Map<Status.Code, Kind> outcomes) {
      outcomes.forEach((code, kind) -> overrides[code.value()] = kind);
    }

    OutcomeTable build() {
      return new OutcomeTable(overrides.clone(), fairNanos);
    }
  }
}
