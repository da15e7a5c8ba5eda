/**
 * Load shedding: a server that has too much to do refuses some calls at once instead of failing
 * them all late.
 *
 * <p>Protects a server from collapsing under more load than it can serve: calls that wait longer
 * than their callers do are work for nothing. By default ({@code mode=observe}) nothing is refused
 * and meters say what would be. How many calls may be in flight is found by one of Netflix's
 * algorithms; calls are shed only while the limit is reached <em>and</em> the process is busy, the
 * least important first.
 *
 * <p>Limits: the limit is one for the whole server; what a call waits for inside its handler (a
 * connection pool, a lock) makes the limit smaller but is no sign of a busy process. A caller's
 * priority is believed: it is read before the caller is known.
 */
@NullMarked
package io.grpcplatform.loadshedding;

import org.jspecify.annotations.NullMarked;
