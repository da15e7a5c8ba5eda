/**
 * Tells the truth about every call: how long it took and how it ended, as a timer, as a span and as
 * a line in the log, all three with the status that was on the wire.
 *
 * <p>Default: metrics and tracing are on where the application has a {@code MeterRegistry} and an
 * {@code OpenTelemetry} bean (Spring Boot's actuator makes both), the access log names failed calls
 * only. Limits: tags come from the methods that exist, never from what a caller sends; payloads and
 * metadata values are never recorded; only the OpenTelemetry bridge of Micrometer Tracing is
 * supported, Brave is not.
 */
@NullMarked
package io.grpcplatform.telemetry;

import org.jspecify.annotations.NullMarked;
