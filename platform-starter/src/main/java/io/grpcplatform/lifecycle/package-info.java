/**
 * Knows the calls in flight, and lets none of them die unheard when the server stops.
 *
 * <p>Once the drain begins, live streams end with UNAVAILABLE and the reason DRAINING, spread over
 * a second so that their clients do not all come back at once, and new streams are refused the same
 * way; unary calls are served to the end. What outlives the grace period is ended and named in the
 * log. Limit: a stream is told to move, not moved; its messages are the application's to resume.
 */
@NullMarked
package io.grpcplatform.lifecycle;

import org.jspecify.annotations.NullMarked;
