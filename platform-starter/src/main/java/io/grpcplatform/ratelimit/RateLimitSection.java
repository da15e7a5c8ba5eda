package io.grpcplatform.ratelimit;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits that calls have met so far, and those of each method. No caller is named: there is no
 * end of them.
 */
final class RateLimitSection implements InspectedSection {

  private final Live<RateLimitProperties> settings;
  private final Turnstiles turnstiles;
  private final @Nullable TokenStore shared;

  RateLimitSection(
      Live<RateLimitProperties> settings, Turnstiles turnstiles, @Nullable TokenStore shared) {
    this.settings = settings;
    this.turnstiles = turnstiles;
    this.shared = shared;
  }

  @Override
  public String name() {
    return "ratelimit";
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    turnstiles.show(
        (name, turnstile) -> {
          Map<String, Object> shown = new LinkedHashMap<>();
          shown.put("allows", turnstile.limit().words());
          shown.put("streams-waiting", turnstile.waiting());
          content.put(shown(name), shown);
        },
        (name, callers) -> {
          Map<String, Object> shown = new LinkedHashMap<>();
          shown.put("allows", callers.limit().words());
          shown.put("callers", callers.size());
          content.put(shown(name), shown);
        });
    if (shared != null) {
      Map<String, Object> redis = new LinkedHashMap<>();
      redis.put("url", settings.get().redis().address());
      redis.put("connected", shared.there());
      content.put("redis", redis);
    }
    return content;
  }

  /** {@code server pkg.Service/Method} or {@code client payment pkg.Service/*}. */
  private static String shown(String name) {
    List<String> words = List.of(name.split("\\|", -1));
    return (words.get(0) + " " + words.get(1) + " " + words.get(2)).replace("  ", " ");
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    RateLimitProperties now = settings.get();
    MethodLimits limits = key.channel().isEmpty() ? now.ofServer() : now.ofClient();
    MethodLimits.Found found = limits.of(key);
    if (found == null) {
      return List.of();
    }
    boolean own = found.entry().equals(key.fullMethodName());
    return List.of(
        EffectiveSetting.byProperty(
            "rate",
            found.limit().words(),
            own ? Origin.PROPERTY : Origin.INHERITED,
            found.property()));
  }
}
