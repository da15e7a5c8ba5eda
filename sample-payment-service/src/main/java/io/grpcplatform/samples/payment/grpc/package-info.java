/** Speaks {@code samples.payment.v1}: turns messages into commands and answers into messages. */
@NullMarked
package io.grpcplatform.samples.payment.grpc;

import org.jspecify.annotations.NullMarked;
