/**
 * Bulkheads: no channel and no method may hold more calls in flight than its share.
 *
 * <p>Protects a caller from one slow backend that takes all its threads and memory, and a backend
 * from one caller's flood. Off by default: a call goes through a bulkhead only where {@code
 * platform.bulkhead} names its channel or its method. The semaphores are resilience4j's.
 *
 * <p>Limits: nothing waits for a permit, a call that gets none is refused at once. A stream counts
 * for as long as it is open. Attempts of a retried call share the call's one permit.
 */
@NullMarked
package io.grpcplatform.bulkhead;

import org.jspecify.annotations.NullMarked;
