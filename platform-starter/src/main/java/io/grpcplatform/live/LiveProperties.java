package io.grpcplatform.live;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the settings themselves.
 *
 * @param enabled Whether an unknown platform property, or a key under a "methods" map that binds
 *     nothing, fails the start, and whether settings can change while the application runs.
 * @param watch YAML or properties files, or directories such as a mounted ConfigMap, whose settings
 *     come before all others and are applied when they change. By default none.
 * @param actuator What the actuator endpoint "grpcsettings" may do.
 */
@ConfigurationProperties(prefix = "platform.live", ignoreUnknownFields = false)
record LiveProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue List<String> watch,
    @DefaultValue Actuator actuator) {

  LiveProperties {
    watch = List.copyOf(watch);
  }

  /**
   * The actuator endpoint.
   *
   * @param write Whether the endpoint changes settings and takes changes back, not only shows them.
   */
  record Actuator(@DefaultValue("false") boolean write) {}
}
