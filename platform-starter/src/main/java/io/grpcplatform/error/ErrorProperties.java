package io.grpcplatform.error;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How failures leave a service.
 *
 * @param enabled Whether failures are made safe to send; off, exceptions leave as UNKNOWN.
 * @param debugInfo Whether exceptions leave with message and stack trace. For development only.
 */
@ConfigurationProperties(prefix = "platform.error", ignoreUnknownFields = false)
record ErrorProperties(
    @DefaultValue("true") boolean enabled, @DefaultValue("false") boolean debugInfo) {}
