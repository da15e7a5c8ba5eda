package io.grpcplatform.live;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the settings themselves.
 *
 * @param enabled Whether an unknown platform property, or a key under a "methods" map that binds
 *     nothing, fails the start.
 */
@ConfigurationProperties(prefix = "platform.live", ignoreUnknownFields = false)
record LiveProperties(@DefaultValue("true") boolean enabled) {}
