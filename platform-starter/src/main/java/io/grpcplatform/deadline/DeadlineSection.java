package io.grpcplatform.deadline;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.deadline.DeadlineProperties.Mode;
import io.grpcplatform.deadline.StreamLimits.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Which deadline each method's calls get here, and which limits its streams have. */
final class DeadlineSection implements InspectedSection {

  private static final String SERVER = "platform.deadline.server.";

  private final Live<DeadlineProperties> settings;
  private final StreamWatches watches;
  private final AdaptiveDeadlines adaptive;

  DeadlineSection(
      Live<DeadlineProperties> settings, StreamWatches watches, AdaptiveDeadlines adaptive) {
    this.settings = settings;
    this.watches = watches;
    this.adaptive = adaptive;
  }

  @Override
  public String name() {
    return "deadline";
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    DeadlineProperties now = settings.get();
    if (!now.enabled()) {
      return List.of(
          EffectiveSetting.byProperty(
              "enabled", false, Origin.INHERITED, "platform.deadline.enabled"));
    }
    boolean server = key.channel().isEmpty();
    MethodPolicy contract = MethodPolicy.of(method);
    if (method.getType() != MethodType.UNARY) {
      StreamLimits limits = watches.limits(now, key, contract);
      return streams(server ? limits.ofServer() : limits, key, server);
    }
    return server
        ? List.of(
            shared("default", now.server().standard(), SERVER + "default"),
            shared("max", now.server().max(), SERVER + "max"))
        : client(now, key, ChosenDeadline.of(now, key, contract));
  }

  private List<EffectiveSetting> client(
      DeadlineProperties now, CallKey key, ChosenDeadline chosen) {
    if (now.adaptive().mode() == Mode.OFF) {
      return List.of(chosen.setting());
    }
    AdaptiveDeadline measured = adaptive.of(key);
    long nanos = measured.tighten(chosen.nanos(), now.adaptive());
    if (nanos < chosen.nanos()) {
      return List.of(
          new EffectiveSetting(
              "deadline",
              Duration.ofNanos(nanos),
              Origin.MEASURED,
              "platform.deadline.adaptive.mode"));
    }
    double suggested = measured.seconds(now.adaptive());
    return Double.isNaN(suggested)
        ? List.of(chosen.setting())
        : List.of(
            chosen.setting(),
            new EffectiveSetting(
                "suggested",
                Duration.ofMillis(Math.round(suggested * 1000)),
                Origin.MEASURED,
                "platform.deadline.adaptive.mode"));
  }

  private static EffectiveSetting shared(String name, Duration value, String property) {
    return EffectiveSetting.byProperty(
        name, ChosenDeadline.shown(value), Origin.INHERITED, property);
  }

  private static List<EffectiveSetting> streams(StreamLimits limits, CallKey key, boolean server) {
    List<EffectiveSetting> found = new ArrayList<>();
    if (!server) {
      found.add(setting("open-timeout", limits.open(), key));
    }
    found.add(setting("idle-timeout", limits.idle(), key));
    found.add(setting("max-age", limits.age(), key));
    if (limits.answer().on()) {
      found.add(setting("message-timeout", limits.answer(), key));
    }
    return found;
  }

  private static EffectiveSetting setting(String name, Limit limit, CallKey key) {
    Object value = ChosenDeadline.shown(Duration.ofNanos(limit.nanos()));
    if (limit.ofContract()) {
      return EffectiveSetting.byContract(name, value);
    }
    boolean own = limit.property().contains("[" + key.fullMethodName() + "]");
    return EffectiveSetting.byProperty(
        name, value, own ? Origin.PROPERTY : Origin.INHERITED, limit.property());
  }
}
