package io.grpcplatform.bulkhead;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The permits of each bulkhead that has been asked for one, and which bulkheads a method has. */
final class BulkheadSection implements InspectedSection {

  private final Live<BulkheadProperties> settings;
  private final BulkheadClientStage stage;

  BulkheadSection(Live<BulkheadProperties> settings, BulkheadClientStage stage) {
    this.settings = settings;
    this.stage = stage;
  }

  @Override
  public String name() {
    return "bulkhead";
  }

  @Override
  public Map<String, Object> content() {
    return shown("grpc:");
  }

  @Override
  public Map<String, Object> channel(String name) {
    return shown("grpc:" + name);
  }

  private Map<String, Object> shown(String prefix) {
    Map<String, Object> found = new LinkedHashMap<>();
    stage
        .known()
        .forEach(
            (name, permits) -> {
              if (name.equals(prefix) || name.startsWith(prefix + ":") || prefix.endsWith(":")) {
                Map<String, Object> shown = new LinkedHashMap<>();
                shown.put("in-flight", permits.inFlight());
                shown.put("max-concurrent", permits.limit().max());
                shown.put("property", permits.limit().property());
                found.put(name, shown);
              }
            });
    return found;
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    if (key.channel().isEmpty()) {
      return List.of();
    }
    BulkheadProperties now = settings.get();
    List<EffectiveSetting> found = new ArrayList<>();
    add(found, "channel.max-concurrent", now.ofChannel(key), false);
    SharedLimit own = now.ofMethod(key);
    add(
        found,
        "max-concurrent",
        own,
        own != null && own.property().contains("[" + key.fullMethodName() + "]"));
    return found;
  }

  private static void add(
      List<EffectiveSetting> found, String name, @Nullable SharedLimit limit, boolean own) {
    if (limit != null) {
      found.add(
          EffectiveSetting.byProperty(
              name, limit.max(), own ? Origin.PROPERTY : Origin.INHERITED, limit.property()));
    }
  }
}
