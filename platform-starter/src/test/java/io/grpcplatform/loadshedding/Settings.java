package io.grpcplatform.loadshedding;

import io.grpcplatform.CallClock;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Load shedding settings bound from properties, as an application has them. */
final class Settings {

  private Settings() {}

  /** Settings with {@code pairs} of property (after {@code platform.loadshedding.}) and value. */
  static LoadSheddingProperties of(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("platform.loadshedding." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("platform.loadshedding", LoadSheddingProperties.class);
  }

  /** The gate of those settings, on a given account of CPU time. */
  static LoadGate gate(LoadSheddingProperties settings, CpuUse cpu) {
    return new LoadGate(
        AdaptiveLimit.of(settings.algorithm(), settings.initialLimit(), settings.maxLimit()),
        settings.priorities().shares(),
        cpu);
  }

  /** The stage of those settings around a gate. */
  static LoadSheddingServerStage stage(
      LoadSheddingProperties settings, LoadGate gate, CallClock clock) {
    return new LoadSheddingServerStage(
        settings, gate, new Overload(() -> new SplittableRandom(20261103)), clock);
  }

  /** A process that computes nothing. */
  static CpuUse idle() {
    return new CpuUse(() -> 0, 2, System.nanoTime());
  }

  /** A process that uses more than all its processors whenever it is asked. */
  static CpuUse saturated() {
    AtomicLong used = new AtomicLong();
    return new CpuUse(
        () -> used.addAndGet(1_000_000_000_000L), 1, System.nanoTime() - 1_000_000_000L);
  }
}
