package io.grpcplatform.retry;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import io.grpcplatform.SettingException;
import io.grpcplatform.retry.RetryProperties.Budget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which methods are attempted again and how, and what is left of the budget. The throttle of a
 * channel is inside gRPC, which does not tell how full it is: only its size is shown.
 */
final class RetrySection implements InspectedSection {

  private final Live<RetryProperties> settings;
  private final RetryContributor contributor;
  private final RetryBudget budget;
  private final HedgeDelays delays;

  RetrySection(
      Live<RetryProperties> settings,
      RetryContributor contributor,
      RetryBudget budget,
      HedgeDelays delays) {
    this.settings = settings;
    this.contributor = contributor;
    this.budget = budget;
    this.delays = delays;
  }

  @Override
  public String name() {
    return "retry";
  }

  @Override
  public Map<String, Object> content() {
    Budget now = settings.get().budget();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("enabled", settings.get().enabled());
    content.put("in-retry", budget.retrying());
    content.put("may-be-in-retry", budget.limit());
    content.put("throttle-size", now.maxTokens());
    content.put("throttle-refill", now.tokenRatio());
    return content;
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    if (key.channel().isEmpty()) {
      return List.of();
    }
    RetryProperties now = settings.get();
    if (!now.enabled()) {
      return List.of(
          EffectiveSetting.byProperty(
              "enabled", false, Origin.INHERITED, "platform.retry.enabled"));
    }
    try {
      List<EffectiveSetting> found = new RetryPolicies(now, delays).settings(key, method);
      boolean known = contributor.configured(key.channel(), key.fullMethodName());
      return found.size() == 1 || known
          ? found
          : none("the method was not known when the channel was made");
    } catch (SettingException unusable) {
      return none(unusable.property() + " cannot be used");
    }
  }

  private List<EffectiveSetting> none(String why) {
    return List.of(EffectiveSetting.byDefault(name(), "none: " + why));
  }
}
