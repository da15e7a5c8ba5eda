package io.grpcplatform.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A change that comes in the middle of a look. */
final class InspectionTest {

  private final LiveSettings settings = new LiveSettings();
  private final Live<String> live = settings.add(String.class, "old");
  private final Thread change = new Thread(() -> settings.apply(Map.of(live, "new")));

  /** Changes the setting while it is asked for that of the first method. */
  private final class Changing implements InspectedSection {

    @Override
    public String name() {
      return "changing";
    }

    @Override
    public Map<CallKey, MethodDescriptor<?, ?>> methods() {
      Map<CallKey, MethodDescriptor<?, ?>> methods = new HashMap<>();
      EchoServiceGrpc.getServiceDescriptor()
          .getMethods()
          .forEach(method -> methods.put(CallKey.of("", method), method));
      return methods;
    }

    @Override
    public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
      String now = live.get();
      if (change.getState() == Thread.State.NEW) {
        change.start();
        while (change.isAlive() && change.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      return List.of(EffectiveSetting.byDefault("word", now));
    }
  }

  @Test
  void allMethodsShowTheSettingsOfOneMoment() throws InterruptedException {
    Inspection inspection =
        new Inspection(
            () -> List.of(new Changing()),
            settings,
            () -> (property, value) -> null,
            InstantSource.system());

    Map<String, Object> during = inspection.everything();
    change.join();

    assertThat(during.get("services")).asString().contains("value=old").doesNotContain("value=new");
    assertThat(during).containsEntry("version", 0);
    assertThat(inspection.part(List.of("services"))).asString().doesNotContain("value=old");
  }
}
