package io.grpcplatform.retry;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.CalledServices;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.retry.PauseCheck.Known;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Checks settings and contracts of the known stubs once all of them are made, and warns of pauses
 * that cannot fit a deadline. A deadline is another feature's matter, so it is read where the user
 * has written it: in the properties {@code platform.deadline} and in the contract.
 */
final class PauseReport implements SmartInitializingSingleton {

  private static final Logger log = LoggerFactory.getLogger(PauseReport.class);
  private static final String DEADLINE = "platform.deadline.";

  /** The default of {@code platform.deadline.default}. */
  static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(5);

  private final Live<RetryProperties> settings;
  private final RetryContributor contributor;
  private final HedgeDelays delays;
  private final CalledServices services;
  private final Environment environment;

  PauseReport(
      Live<RetryProperties> settings,
      RetryContributor contributor,
      HedgeDelays delays,
      CalledServices services,
      Environment environment) {
    this.settings = settings;
    this.contributor = contributor;
    this.delays = delays;
    this.services = services;
    this.environment = environment;
  }

  @Override
  public void afterSingletonsInstantiated() {
    contributor.known("", settings.get());
    warn(settings.get());
  }

  /** Warns of each known unary method whose last attempt would come too late. */
  void warn(RetryProperties now) {
    Binder binder = Binder.get(environment);
    if (!binder.bind(DEADLINE + "enabled", Boolean.class).orElse(true)) {
      return;
    }
    Map<String, Duration> methods =
        binder
            .bind(DEADLINE + "methods", Bindable.mapOf(String.class, Duration.class))
            .orElse(Map.of());
    Known otherwise =
        new Known(
            binder.bind(DEADLINE + "default", Duration.class).orElse(DEFAULT_DEADLINE),
            DEADLINE + "default");
    RetryPolicies policies = new RetryPolicies(now, delays);
    for (ServiceDescriptor service : services.all()) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        AttemptPolicy policy = policies.of(CallKey.of("", method), method);
        if (policy != null && method.getType() == MethodType.UNARY) {
          String misfit =
              PauseCheck.misfit(
                  method.getFullMethodName(), policy, deadline(method, methods, otherwise));
          if (misfit != null) {
            log.warn(misfit);
          }
        }
      }
    }
  }

  private static Known deadline(
      MethodDescriptor<?, ?> method, Map<String, Duration> methods, Known otherwise) {
    for (String key : new String[] {method.getFullMethodName(), method.getServiceName() + "/*"}) {
      Duration own = methods.get(key);
      if (own != null) {
        return new Known(own, MethodSettings.property(DEADLINE + "methods", key));
      }
    }
    Duration contract = MethodPolicy.of(method).deadline();
    return contract == null
        ? otherwise
        : new Known(contract, "option (platform.v1.policy) of " + method.getFullMethodName());
  }
}
