package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.micrometer.core.instrument.MeterRegistry;

/** Where all methods' timers are registered. */
final class CallMeters {

  private final MeterRegistry registry;

  CallMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  MethodTimers of(Side side, CallKey key, MethodType type) {
    return new MethodTimers(registry, side, key, type);
  }
}
