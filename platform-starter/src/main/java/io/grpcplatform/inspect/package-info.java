/**
 * Looks inside a running service: what is served and called, under which settings and who says so,
 * in which state the channels, breakers, limits and streams are, and which calls failed last.
 *
 * <p>Protects an operator from guessing. Default: the actuator endpoint {@code grpc}, which is
 * there wherever it is exposed, with or without a web server. Limits: it shows and changes nothing;
 * values that sound like secrets are masked; what failed calls said is never shown; long lists are
 * cut.
 */
@NullMarked
package io.grpcplatform.inspect;

import org.jspecify.annotations.NullMarked;
