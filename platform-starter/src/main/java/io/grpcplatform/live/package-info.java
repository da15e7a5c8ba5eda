/**
 * Settings that are checked when the application starts and can change while it runs: from watched
 * files, through an actuator endpoint, and with Spring's environment.
 *
 * <p>Protects from settings that look set and are not, and from changes that hold by halves. Every
 * change is checked as the whole environment it would make; it holds for every feature or for none,
 * has a version, is shown, and can be taken back by one step. Default: checks on, no file watched,
 * the endpoint shows and does not write. Limits: environment variables and system properties are
 * not checked, since others put theirs there too; what made a server or a channel needs a restart.
 */
@NullMarked
package io.grpcplatform.live;

import org.jspecify.annotations.NullMarked;
