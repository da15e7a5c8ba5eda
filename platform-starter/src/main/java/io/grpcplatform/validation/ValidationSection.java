package io.grpcplatform.validation;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import java.util.List;

/** Which methods' requests are checked; a method whose contract has no rules is not shown. */
final class ValidationSection implements InspectedSection {

  private final Live<ValidationProperties> settings;
  private final ValidationServerStage stage;

  ValidationSection(Live<ValidationProperties> settings, ValidationServerStage stage) {
    this.settings = settings;
    this.stage = stage;
  }

  @Override
  public String name() {
    return "validation";
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    return key.channel().isEmpty() && stage.hasRules(key)
        ? List.of(settings.get().check(key))
        : List.of();
  }
}
