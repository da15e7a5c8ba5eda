package io.grpcplatform.loadshedding;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallPools;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Load shedding settings bound from properties, as an application has them. */
final class Settings {

  /** The name of the one pool of a server that was told nothing else. */
  static final String SHARED = CallPools.SHARED.poolOf(EchoServiceGrpc.getUnaryMethod());

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

  /** Settings that can be changed by {@code live}. */
  static Live<LoadSheddingProperties> live(LiveSettings live, LoadPools loads, String... pairs) {
    return live.add(LoadSheddingProperties.class, of(pairs)).onChange(loads::change);
  }

  /** The pools of those settings, on a given account of CPU time. */
  static LoadPools loads(LoadSheddingProperties settings, CpuUse cpu) {
    return new LoadPools(settings, cpu, () -> new SplittableRandom(20261103));
  }

  /** The one gate of a server that has one pool of threads. */
  static LoadGate gate(LoadPools loads) {
    return loads.of(SHARED).gate();
  }

  /** The stage of those settings around pools. */
  static LoadSheddingServerStage stage(
      LoadSheddingProperties settings, LoadPools loads, CallClock clock) {
    return new LoadSheddingServerStage(
        Live.fixed(LoadSheddingProperties.class, settings), loads, CallPools.SHARED, clock);
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
