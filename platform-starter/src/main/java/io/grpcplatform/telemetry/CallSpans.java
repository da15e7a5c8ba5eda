package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;

/** What all methods' spans share: the tracer, and how traces travel in metadata. */
final class CallSpans {

  private final Tracer tracer;
  private final TracePropagation propagation;

  CallSpans(OpenTelemetry openTelemetry, BaggageGate gate) {
    this.tracer = openTelemetry.getTracer("io.grpcplatform");
    this.propagation =
        new TracePropagation(openTelemetry.getPropagators().getTextMapPropagator(), gate);
  }

  MethodSpans of(Side side, CallKey key, MethodType type, int messageEvents) {
    return new MethodSpans(tracer, propagation, side, key, type, messageEvents);
  }
}
