package io.grpcplatform.loadshedding;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.OperatorServices;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How busy each pool of threads is, what it has shed, and how much each method matters. */
final class LoadSheddingSection implements InspectedSection {

  private static final String PREFIX = "platform.loadshedding.";

  private final Live<LoadSheddingProperties> settings;
  private final LoadPools loads;

  LoadSheddingSection(Live<LoadSheddingProperties> settings, LoadPools loads) {
    this.settings = settings;
    this.loads = loads;
  }

  @Override
  public String name() {
    return "loadshedding";
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    LoadSheddingProperties now = settings.get();
    content.put(
        "mode",
        EffectiveSetting.byProperty(
            "mode",
            now.modeNow(),
            Origin.INHERITED,
            PREFIX + (now.enabled() ? "mode" : "enabled")));
    Map<String, Object> pools = new LinkedHashMap<>();
    loads.all().forEach(pool -> pools.put(pool.name(), shown(pool)));
    content.put("pools", pools);
    return content;
  }

  private static Map<String, Object> shown(LoadPools.Pool pool) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("in-flight", pool.gate().inFlight());
    shown.put("limit", pool.gate().limit());
    shown.put("shed", shed(pool, Mode.ENFORCE));
    shown.put("would-have-shed", shed(pool, Mode.OBSERVE));
    return shown;
  }

  private static long shed(LoadPools.Pool pool, Mode mode) {
    long sum = 0;
    for (Priority priority : Priority.values()) {
      sum += pool.counts().shed(priority, mode);
    }
    return sum;
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    LoadSheddingProperties now = settings.get();
    if (!now.enabled() || !key.channel().isEmpty() || OperatorServices.include(key.service())) {
      return List.of();
    }
    LoadSheddingProperties.Chosen chosen = now.chosen(key, MethodPolicy.of(method).priority());
    return List.of(
        new EffectiveSetting(
            "priority", chosen.priority().word(), chosen.origin(), chosen.property()));
  }
}
