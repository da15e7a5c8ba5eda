package io.grpcplatform.retry;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallTimes;
import io.grpcplatform.CalledServices;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.StartupCheck;
import io.grpcplatform.retry.RetryProperties.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds methods whose last attempt would come after the deadline, by the settings and contracts of
 * the known stubs. The deadline is that of a channel without a deadline of its own.
 */
final class PauseCheck implements StartupCheck {

  /** A channel that has no settings of its own. */
  private static final String ANY = "*";

  /** A method whose attempts do not fit; whether the contract says how many there are. */
  private record Misfit(
      String method, AttemptPolicy policy, CallTimes.Limit limit, boolean contracted) {}

  private final Live<RetryProperties> settings;
  private final HedgeDelays delays;
  private final CalledServices services;
  private final CallTimes times;

  PauseCheck(
      Live<RetryProperties> settings,
      HedgeDelays delays,
      CalledServices services,
      CallTimes times) {
    this.settings = settings;
    this.delays = delays;
    this.services = services;
    this.times = times;
  }

  @Override
  public List<Finding> findings() {
    RetryProperties now = settings.get();
    // What many methods of a service inherit is told once.
    Map<String, List<Misfit>> byProperty = new LinkedHashMap<>();
    for (MethodDescriptor<?, ?> method : services.methods()) {
      Misfit misfit = misfit(method, now);
      if (misfit != null) {
        byProperty.computeIfAbsent(property(misfit, now), key -> new ArrayList<>()).add(misfit);
      }
    }
    List<Finding> found = new ArrayList<>();
    byProperty.forEach((property, misfits) -> found.add(finding(property, misfits)));
    return found;
  }

  private @Nullable Misfit misfit(MethodDescriptor<?, ?> method, RetryProperties now) {
    if (method.getType() != MethodType.UNARY) {
      return null;
    }
    AttemptPolicy policy = new RetryPolicies(now, delays).of(CallKey.of(ANY, method), method);
    CallTimes.Limit limit = times.limit(CallKey.of(ANY, method), method);
    return policy == null || fits(policy, limit.time())
        ? null
        : new Misfit(
            method.getFullMethodName(),
            policy,
            limit,
            MethodPolicy.of(method).retry().maxAttempts() != null);
  }

  /** Whether all attempts of a call can start before its deadline; zero is none. */
  static boolean fits(AttemptPolicy policy, Duration deadline) {
    return deadline.isZero() || policy.leastPauses().compareTo(deadline) < 0;
  }

  /** The property that corrects a method and as many of its service as it can. */
  private static String property(Misfit misfit, RetryProperties now) {
    String method = misfit.method();
    String service = method.substring(0, method.indexOf('/')) + "/*";
    if (misfit.policy() instanceof AttemptPolicy.Hedging) {
      String key = now.hedging().methods().containsKey(method) ? method : service;
      return MethodSettings.property(RetryProperties.PREFIX + "hedging.methods", key) + ".delay";
    }
    Method own = now.methods().get(method);
    boolean alone = misfit.contracted() || (own != null && own.maxAttempts() != null);
    String key = alone ? method : service;
    return MethodSettings.property(RetryProperties.PREFIX + "methods", key) + ".max-attempts";
  }

  private static Finding finding(String property, List<Misfit> misfits) {
    Misfit first = misfits.get(0);
    String others = misfits.size() == 1 ? "" : " (and " + (misfits.size() - 1) + " more)";
    String problem =
        first.method()
            + others
            + " waits at least "
            + RetrySettings.text(first.policy().leastPauses())
            + " before the last of its "
            + first.policy().maxAttempts()
            + " attempts and must be over in "
            + RetrySettings.text(first.limit().time())
            + " ("
            + first.limit().property()
            + "): that attempt is never made.";
    return Finding.of("retry-pauses", property, problem, works(misfits));
  }

  private static String works(List<Misfit> misfits) {
    Misfit first = misfits.get(0);
    if (first.policy() instanceof AttemptPolicy.Hedging) {
      Duration least =
          misfits.stream()
              .map(each -> each.limit().time().dividedBy(2L * (each.policy().maxAttempts() - 1)))
              .min(Duration::compareTo)
              .orElseThrow();
      return RetrySettings.text(least);
    }
    return String.valueOf(misfits.stream().mapToInt(PauseCheck::mostAttempts).min().orElse(1));
  }

  /** As many attempts as can start in time. */
  private static int mostAttempts(Misfit misfit) {
    Duration sum = Duration.ZERO;
    int attempts = 1;
    while (attempts < misfit.policy().maxAttempts()) {
      sum = sum.plus(misfit.policy().leastPause(attempts));
      if (sum.compareTo(misfit.limit().time()) >= 0) {
        break;
      }
      attempts++;
    }
    return attempts;
  }
}
