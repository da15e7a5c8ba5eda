package io.grpcplatform.lifecycle;

import io.grpcplatform.SettingException;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How calls meet the end of their server.
 *
 * @param enabled Whether streams are ended and readiness is refused when the server drains.
 * @param streamSpread Time over which live streams are ended once the drain begins, each at a
 *     random moment, so that their clients do not all come back at once. 0s ends all at once.
 */
@ConfigurationProperties(prefix = "platform.lifecycle", ignoreUnknownFields = false)
record LifecycleProperties(
    @DefaultValue("true") boolean enabled, @DefaultValue("1s") Duration streamSpread) {

  LifecycleProperties {
    if (streamSpread.isNegative()) {
      throw SettingException.of(
          "platform.lifecycle.stream-spread", streamSpread, "0s or more", "1s");
    }
  }
}
