package io.grpcplatform.server;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.ServerStage;
import io.grpcplatform.server.ServerProperties.OwnExecutor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is served, on which threads, and through which stages. */
final class ServerSection implements InspectedSection {

  private static final String QUEUE = "queue";

  private final ServerLifecycle lifecycle;
  private final ServerAssembly assembly;
  private final ServerPipeline pipeline;
  private final EarlyHeaderRule earlyHeaders;
  private final ServerExecutors executors;
  private final Live<ServerProperties> settings;

  ServerSection(
      ServerLifecycle lifecycle,
      ServerAssembly assembly,
      ServerPipeline pipeline,
      EarlyHeaderRule earlyHeaders,
      ServerExecutors executors,
      Live<ServerProperties> settings) {
    this.lifecycle = lifecycle;
    this.assembly = assembly;
    this.pipeline = pipeline;
    this.earlyHeaders = earlyHeaders;
    this.executors = executors;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "server";
  }

  @Override
  public Map<CallKey, MethodDescriptor<?, ?>> methods() {
    Map<CallKey, MethodDescriptor<?, ?>> methods = new LinkedHashMap<>();
    pipeline.methods().forEach(method -> methods.put(CallKey.of("", method), method));
    return methods;
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    Integer port = lifecycle.port();
    content.put("port", port == null ? "none" : port);
    Map<String, Object> pools = new LinkedHashMap<>();
    executors.pools().all().forEach(pool -> pools.put(pool.name(), shown(pool)));
    content.put("executors", pools);
    content.put("stages", stages());
    return content;
  }

  private Map<String, Object> shown(WorkerPool pool) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("active", pool.getActiveCount());
    shown.put("waiting", pool.getQueue().size());
    shown.put("refused", pool.refused());
    shown.put("max-threads", size(pool, "max-threads", pool.getMaximumPoolSize()));
    shown.put("queue", size(pool, QUEUE, pool.queueLimit()));
    return shown;
  }

  private EffectiveSetting size(WorkerPool pool, String name, int value) {
    if (!executors.pools().sizedBySettings(pool)) {
      return EffectiveSetting.byDefault(name, value);
    }
    OwnExecutor own = settings.get().executor().methods().get(pool.name());
    boolean shared = own != null && (name.equals(QUEUE) ? own.queue() : own.maxThreads()) == null;
    String place = shared ? ServerProperties.PREFIX + ".executor" : pool.property();
    return EffectiveSetting.byProperty(name, value, Origin.INHERITED, place + "." + name);
  }

  private Map<String, Object> stages() {
    Map<ServerStage, Integer> planned = pipeline.planned();
    Map<String, Object> stages = new LinkedHashMap<>();
    for (ServerStage stage : ServerStage.values()) {
      stages.put(
          stage.name(),
          stage == ServerStage.APPLICATION
              ? assembly.interceptors()
              : claimed(feature(stage), planned.getOrDefault(stage, 0)));
    }
    return stages;
  }

  private @Nullable ServerFeature feature(ServerStage stage) {
    return pipeline.features().stream()
        .filter(feature -> feature.stage() == stage)
        .findFirst()
        .orElse(null);
  }

  private static Map<String, Object> claimed(@Nullable ServerFeature feature, int methods) {
    if (feature == null) {
      return Map.of("by", "nobody");
    }
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("by", feature.getClass().getName());
    claim.put("methods", methods);
    return claim;
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    if (!key.channel().isEmpty()) {
      return List.of();
    }
    List<EffectiveSetting> found = new ArrayList<>();
    WorkerPool pool = executors.pools().of(method);
    found.add(
        pool != null && pool.property().endsWith("]")
            ? EffectiveSetting.byProperty(
                "executor", pool.name(), Origin.INHERITED, pool.property())
            : EffectiveSetting.byDefault("executor", executors.poolOf(method)));
    if (method.getType() != MethodType.UNARY) {
      found.add(earlyHeaders.setting(method));
    }
    return found;
  }
}
