package io.grpcplatform.health;

import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the health service.
 *
 * @param enabled Whether the server serves grpc.health.v1.
 * @param group The group of Spring Boot's health endpoint that "", readiness and each service
 *     follow, beside Spring's own readiness; without such a group they follow that alone.
 * @param services Other groups by service, "[pkg.Service]".
 * @param interval Pause between two looks at the groups' health indicators.
 * @param timeout How long one look at one health indicator may take; then it counts as DOWN.
 * @param channels What is told of client channels at Spring Boot's health endpoint.
 */
@ConfigurationProperties(prefix = "platform.health", ignoreUnknownFields = false)
record HealthProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("readiness") String group,
    @DefaultValue Map<String, String> services,
    @DefaultValue("5s") Duration interval,
    @DefaultValue("2s") Duration timeout,
    @DefaultValue Channels channels) {

  static final String PREFIX = "platform.health.";

  HealthProperties {
    positive("interval", interval, "5s");
    positive("timeout", timeout, "2s");
    services = Map.copyOf(services);
  }

  private static void positive(String leaf, Duration value, String works) {
    if (value.isNegative() || value.isZero()) {
      throw SettingException.of(
          PREFIX + leaf, value, "a positive duration such as " + works, works);
    }
  }

  /** The group that decides about a service; the default one for every other name. */
  String groupOf(String name) {
    return services.getOrDefault(name, group);
  }

  /**
   * What is told of client channels.
   *
   * @param enabled Whether the health endpoint shows the state of each channel.
   * @param required Channels whose failure makes that indicator DOWN; the others are information.
   */
  record Channels(@DefaultValue("true") boolean enabled, @DefaultValue Set<String> required) {

    Channels {
      required = Set.copyOf(required);
    }
  }
}
