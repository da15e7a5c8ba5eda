package io.grpcplatform.circuitbreaker;

import io.grpc.MethodDescriptor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers the calls of one unary method while its circuit breaker lets none through: a bean of this
 * type serves the method on every channel, and each method has at most one. A stream has none.
 *
 * <p>The caller sees an ordinary answer with OK. What is reported of the call (metrics, traces, the
 * access log) is the refusal, UNAVAILABLE with the reason CIRCUIT_OPEN, unless {@link
 * #reportedAsSuccess}.
 *
 * <p>Threading: called like a callback of the call, concurrently: by a blocking stub on the calling
 * thread, by others on the executor among the call's options or, without one, on the calling
 * thread.
 *
 * @param <Q> the request
 * @param <R> the response
 */
public interface CircuitBreakerFallback<Q, R> {

  /** The method, as the generated code has it: {@code ShopGrpc.getGetPriceMethod()}. */
  MethodDescriptor<Q, R> method();

  /**
   * The answer.
   *
   * @return null to have none for this request: the call is refused then, as it is if this throws
   */
  @Nullable R answer(Q request);

  /** Whether an answered call is reported as OK. Default: false. */
  default boolean reportedAsSuccess() {
    return false;
  }

  /** A fallback whose answers are reported as refusals. */
  static <Q, R> CircuitBreakerFallback<Q, R> of(
      MethodDescriptor<Q, R> method, Function<? super Q, ? extends @Nullable R> answer) {
    return new CircuitBreakerFallback<>() {
      @Override
      public MethodDescriptor<Q, R> method() {
        return method;
      }

      @Override
      public @Nullable R answer(Q request) {
        return answer.apply(request);
      }
    };
  }
}
