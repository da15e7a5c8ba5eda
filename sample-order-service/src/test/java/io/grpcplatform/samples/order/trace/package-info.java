/** One order's trace, from its buyer to its end, through two services and a real Zipkin. */
@NullMarked
package io.grpcplatform.samples.order.trace;

import org.jspecify.annotations.NullMarked;
