/**
 * Validation: a request that breaks the rules of its contract never reaches a handler.
 *
 * <p>The rules are protovalidate's, {@code (buf.validate.field)} and its like, in the contract
 * itself. On by default where {@code build.buf:protovalidate} is on the classpath; a method whose
 * request has no rule anywhere costs nothing. A broken rule ends the call with INVALID_ARGUMENT and
 * {@code google.rpc.BadRequest}; a stream is checked message by message, and a bad one ends it.
 *
 * <p>Limits: servers only, and what a handler answers is not checked. At most {@code
 * max-violations} are told, and no value of any field is.
 */
@NullMarked
package io.grpcplatform.validation;

import org.jspecify.annotations.NullMarked;
