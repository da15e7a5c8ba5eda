package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/** Every meter of one method on one side. */
final class MethodMeters {

  private final MethodTimers timers;
  private final RefusalMeters refusals;
  private final @Nullable MessageMeters messages;
  private final @Nullable StreamMeters streams;

  MethodMeters(CallMeters all, MeterRegistry registry, Side side, CallKey key, MethodType type) {
    Tags tags = MessageMeters.tags(side, key);
    // A method that does not exist has no messages and no streams.
    boolean exists = type != MethodType.UNKNOWN;
    boolean streaming = exists && type != MethodType.UNARY;
    timers = new MethodTimers(registry, side, key, type);
    refusals = new RefusalMeters(registry, tags);
    messages = exists ? new MessageMeters(registry, tags) : null;
    streams = streaming ? new StreamMeters(all, registry, tags) : null;
  }

  /** Null for a method that does not exist. */
  @Nullable MessageMeters messages() {
    return messages;
  }

  /** Null for a method that does not stream. */
  @Nullable StreamMeters streams() {
    return streams;
  }

  void received() {
    if (messages != null) {
      messages.received();
    }
  }

  void sent() {
    if (messages != null) {
      messages.sent();
    }
  }

  void ended(Outcome outcome, long nanos) {
    timers.record(outcome.status().getCode(), nanos);
    Refusal refusal = outcome.refusal();
    if (refusal != null) {
      refusals.refused(refusal.reason());
    }
  }
}
