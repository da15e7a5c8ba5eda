package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.StagePlan;
import org.jspecify.annotations.Nullable;

/**
 * Measures, traces and logs the calls that are made. Calls begin on their caller's thread and end
 * on the call's executor.
 */
final class TelemetryClientStage implements ClientFeature {

  private final TelemetryParts telemetry;

  TelemetryClientStage(TelemetryParts telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public ClientStage stage() {
    return ClientStage.TELEMETRY;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    MethodTelemetry recorded = telemetry.of(Side.CLIENT, key, method.getType());
    return telemetry.plan(Side.CLIENT, key, method.getType(), recorded);
  }
}
