package io.grpcplatform.startup;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the look at all other settings.
 *
 * @param enabled Whether the settings are looked at when the application starts.
 * @param ignore Findings that are accepted: by rule, such as "plaintext", or by the property they
 *     name. None by default.
 * @param failOnFindings Whether a finding stops the start, as a build may want it.
 */
@ConfigurationProperties(prefix = "platform.startup", ignoreUnknownFields = false)
record StartupProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue List<String> ignore,
    @DefaultValue("false") boolean failOnFindings) {

  StartupProperties {
    ignore = List.copyOf(ignore);
  }
}
