package io.grpcplatform.bulkhead;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** A bulkhead stage with a registry of its own, and what is left of its permits. */
final class Permits {

  final BulkheadRegistry registry = BulkheadRegistry.ofDefaults();
  final LiveSettings all = new LiveSettings();
  final BulkheadClientStage stage;
  private final Live<BulkheadProperties> live;

  Permits(String... pairs) {
    live = all.add(BulkheadProperties.class, settings(pairs));
    stage = new BulkheadClientStage(live::get, registry);
  }

  /** Replaces the settings while calls run. */
  void change(String... pairs) {
    all.apply(Map.of(live, settings(pairs)));
  }

  /** Settings with {@code pairs} of property (after {@code platform.bulkhead.}) and value. */
  static BulkheadProperties settings(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("platform.bulkhead." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("platform.bulkhead", BulkheadProperties.class);
  }

  int left(String name) {
    return registry.find(name).orElseThrow().getMetrics().getAvailableConcurrentCalls();
  }

  int allowed(String name) {
    return registry.find(name).orElseThrow().getMetrics().getMaxAllowedConcurrentCalls();
  }
}
