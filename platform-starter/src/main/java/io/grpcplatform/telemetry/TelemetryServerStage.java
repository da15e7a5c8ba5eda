package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Measures, traces and logs the calls that arrive. Calls begin on the thread of their handler and
 * end on the transport thread; calls that no handler sees are told on the transport thread only.
 */
final class TelemetryServerStage implements ServerFeature {

  private final TelemetryParts telemetry;
  private final @Nullable MethodTelemetry unknown;
  private final Map<CallKey, MethodTelemetry> methods = new ConcurrentHashMap<>();

  TelemetryServerStage(TelemetryParts telemetry) {
    this.telemetry = telemetry;
    this.unknown = telemetry.of(Side.SERVER, CallKey.UNKNOWN, MethodType.UNKNOWN);
  }

  @Override
  public ServerStage stage() {
    return ServerStage.TELEMETRY;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    MethodTelemetry plan = telemetry.of(Side.SERVER, key, method.getType());
    if (plan != null) {
      methods.put(key, plan);
    }
    return plan;
  }

  @Override
  public void unseen(CallKey key, Metadata headers, long startNanos, Outcome outcome) {
    MethodTelemetry known = methods.get(key);
    MethodTelemetry method = known == null ? unknown : known;
    if (method != null) {
      method.missed(headers, startNanos, outcome);
    }
  }
}
