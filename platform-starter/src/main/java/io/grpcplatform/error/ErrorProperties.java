package io.grpcplatform.error;

import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How failures leave a service.
 *
 * @param enabled Whether failures are made safe to send; off, exceptions leave as UNKNOWN.
 * @param debugInfo Whether exceptions leave with message and stack trace. For development only.
 * @param languages Languages that the application's MessageSource has texts of declared errors in,
 *     beside the contract's own; none by default.
 */
@ConfigurationProperties(prefix = "platform.error", ignoreUnknownFields = false)
record ErrorProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("false") boolean debugInfo,
    @DefaultValue List<Locale> languages) {

  ErrorProperties {
    languages = List.copyOf(languages);
  }
}
