/**
 * Protects from settings that work and will hurt: looks at them before the server takes calls, says
 * what would happen and which YAML corrects it.
 *
 * <p>Default: on; every finding is logged once as a warning and stops nothing. Limits: it knows
 * this process only, so what a peer permits is taken to be gRPC's default.
 */
@NullMarked
package io.grpcplatform.startup;

import org.jspecify.annotations.NullMarked;
