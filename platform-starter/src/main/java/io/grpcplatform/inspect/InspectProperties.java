package io.grpcplatform.inspect;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of {@code platform.inspect}.
 *
 * @param enabled Whether the actuator endpoint "grpc" is there wherever it is exposed.
 */
@ConfigurationProperties(prefix = "platform.inspect", ignoreUnknownFields = false)
record InspectProperties(@DefaultValue("true") boolean enabled) {}
