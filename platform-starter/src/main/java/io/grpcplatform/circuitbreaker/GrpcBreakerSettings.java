package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.grpcplatform.circuitbreaker.CircuitBreakerProperties.Granularity;
import java.util.Map;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/**
 * Completes resilience4j's settings once they are bound and before its registry reads them: adds
 * {@code configs.grpc}, and makes it the base of each instance that bears the name of a breaker of
 * ours. All other instances stay as they are.
 */
final class GrpcBreakerSettings implements BeanPostProcessor, PriorityOrdered {

  private final Environment environment;

  GrpcBreakerSettings(Environment environment) {
    this.environment = environment;
  }

  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String beanName) {
    if (bean instanceof CommonCircuitBreakerConfigurationProperties properties) {
      GrpcBreakerDefaults.contribute(properties);
      Map<String, Object> channels = channels();
      Granularity granularity = granularity();
      properties
          .getInstances()
          .forEach(
              (name, settings) -> {
                if (granularity.names(name) && channels.containsKey(channelOf(name))) {
                  BreakerSettings.inherit(settings);
                }
              });
    }
    return bean;
  }

  private static String channelOf(String name) {
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }

  private Map<String, Object> channels() {
    return Binder.get(environment)
        .bind("platform.client.channels", Bindable.mapOf(String.class, Object.class))
        .orElse(Map.of());
  }

  private Granularity granularity() {
    return Binder.get(environment)
        .bind("platform.circuitbreaker.granularity", Granularity.class)
        .orElse(Granularity.SERVICE);
  }
}
