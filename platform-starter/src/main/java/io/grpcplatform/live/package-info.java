/**
 * The check of the platform's settings at start-up; later issues also swap settings while calls
 * run.
 *
 * <p>Protects from settings that look set and are not: an unknown {@code platform.} property, and a
 * per-method key that binds nothing. Default: on, and a wrong setting fails the start with the
 * property, its value, what was expected and the YAML that would work. Limits: environment
 * variables and system properties are not checked, since others put theirs there too.
 */
@NullMarked
package io.grpcplatform.live;

import org.jspecify.annotations.NullMarked;
