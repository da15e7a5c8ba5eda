/**
 * Rate limits: how many calls and messages of a method, a caller or a tenant may come in a time.
 *
 * <p>Protects a server from callers that are too fast, and a backend from its client. Off by
 * default: a method is limited only where {@code platform.ratelimit} names it. Limits hold for one
 * process; with a Redis, for all that share it.
 *
 * <p>Limits: a call that finds no token is refused at once, nothing waits. A stream that was let in
 * is never cut: its messages wait for their tokens. What a client sends inside a stream is paced by
 * the server that receives it only.
 */
@NullMarked
package io.grpcplatform.ratelimit;

import org.jspecify.annotations.NullMarked;
