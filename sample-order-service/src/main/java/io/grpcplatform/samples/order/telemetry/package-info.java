/** Counts and times the orders' sagas. */
@NullMarked
package io.grpcplatform.samples.order.telemetry;

import org.jspecify.annotations.NullMarked;
