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
  private final Map<CallKey, MethodType> types = new ConcurrentHashMap<>();
  private final Map<CallKey, Made> methods = new ConcurrentHashMap<>();

  /** What is recorded of a method, and the settings that say so. */
  private record Made(TelemetryProperties of, @Nullable MethodTelemetry method) {}

  TelemetryServerStage(TelemetryParts telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public ServerStage stage() {
    return ServerStage.TELEMETRY;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    types.put(key, method.getType());
    return telemetry.plan(Side.SERVER, key, method.getType(), now(key));
  }

  @Override
  public void unseen(CallKey key, Metadata headers, long startNanos, Outcome outcome) {
    MethodTelemetry method = now(types.containsKey(key) ? key : CallKey.UNKNOWN);
    if (method != null) {
      method.missed(headers, startNanos, outcome);
    }
  }

  /** Made again where settings have changed, since a call may be missed before the next plan. */
  private @Nullable MethodTelemetry now(CallKey key) {
    TelemetryProperties settings = telemetry.live().get();
    Made made = methods.get(key);
    if (made == null || !made.of().equals(settings)) {
      MethodType type = types.getOrDefault(key, MethodType.UNKNOWN);
      made = new Made(settings, telemetry.of(settings, Side.SERVER, key, type));
      methods.put(key, made);
    }
    return made.method();
  }
}
