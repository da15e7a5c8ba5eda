package io.grpcplatform.client;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ClientStage;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.client.ClientProperties.Channel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Each channel: where it leads, whether it is connected, to what, and through which stages. */
final class ClientSection implements InspectedSection {

  private static final String DEFAULTS = "platform.client.defaults.";

  private final ClientProperties properties;
  private final SharedChannels channels;
  private final ChannelFactory factory;

  ClientSection(ClientProperties properties, SharedChannels channels) {
    this.properties = properties;
    this.channels = channels;
    this.factory = channels.factory();
  }

  @Override
  public String name() {
    return "client";
  }

  @Override
  public Map<CallKey, MethodDescriptor<?, ?>> methods() {
    Map<CallKey, MethodDescriptor<?, ?>> methods = new LinkedHashMap<>();
    factory
        .pipelines()
        .forEach(
            (channel, pipeline) ->
                pipeline
                    .methods()
                    .forEach(method -> methods.put(CallKey.of(channel, method), method)));
    return methods;
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("channels", List.copyOf(channels.names()));
    content.put("stages", stages());
    return content;
  }

  @Override
  public Map<String, Object> channel(String name) {
    Map<String, Object> shown = new LinkedHashMap<>();
    Channel own = properties.channels().getOrDefault(name, Channel.EMPTY);
    String prefix = ChannelSettings.property(name) + ".";
    shown.put(
        "target",
        EffectiveSetting.byProperty(
            "target",
            own.target() == null ? "in-process" : own.target(),
            Origin.PROPERTY,
            prefix + "target"));
    String state = channels.state(name);
    shown.put("state", state == null ? "UNUSED" : state);
    shown.put("addresses", addresses(factory.config(name)));
    shown.put(
        "load-balancing",
        leaf("load-balancing", own.loadBalancing(), properties.defaults().loadBalancing(), prefix));
    shown.put(
        "wait-for-ready",
        leaf("wait-for-ready", own.waitForReady(), properties.defaults().waitForReady(), prefix));
    return shown;
  }

  private static EffectiveSetting leaf(
      String name, @Nullable Object own, Object inherited, String prefix) {
    return own == null
        ? EffectiveSetting.byProperty(name, inherited, Origin.INHERITED, DEFAULTS + name)
        : EffectiveSetting.byProperty(name, own, Origin.PROPERTY, prefix + name);
  }

  private static Object addresses(@Nullable PushedConfig config) {
    List<SocketAddress> found = config == null ? null : config.addresses();
    String unresolved = config == null ? null : config.unresolved();
    if (unresolved != null) {
      List<Object> shown = new ArrayList<>(List.of("not resolved: " + unresolved));
      shown.addAll(found == null ? List.of() : found);
      return shown;
    }
    return found == null ? "unknown" : found;
  }

  private Map<String, Object> stages() {
    Map<String, Object> stages = new LinkedHashMap<>();
    for (ClientStage stage : ClientStage.values()) {
      stages.put(
          stage.name(),
          stage == ClientStage.APPLICATION
              ? factory.parts().interceptors().stream()
                  .map(one -> one.getClass().getName())
                  .toList()
              : claimed(stage));
    }
    return stages;
  }

  private Map<String, Object> claimed(ClientStage stage) {
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("by", "nobody");
    for (ClientFeature feature : factory.parts().features()) {
      if (feature.stage() == stage) {
        claim.put("by", feature.getClass().getName());
        claim.put("methods", planned(stage));
      }
    }
    return claim;
  }

  private int planned(ClientStage stage) {
    int methods = 0;
    for (ClientPipeline pipeline : factory.pipelines().values()) {
      methods += pipeline.planned().getOrDefault(stage, 0);
    }
    return methods;
  }
}
