package io.grpcplatform.health;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the health service.
 *
 * @param enabled Whether the server serves grpc.health.v1.
 */
@ConfigurationProperties(prefix = "platform.health", ignoreUnknownFields = false)
record HealthProperties(@DefaultValue("true") boolean enabled) {}
