package io.grpcplatform.async;

import reactor.core.publisher.Mono;

/**
 * Calls as Reactor's {@link Mono}s, where Reactor is on the class path.
 *
 * <p>Each subscription is a call of its own. It is made on the subscribing thread, in the Context
 * that is current there: the platform switches Reactor's context propagation on, so that deadline,
 * cancellation and trace go along over {@code subscribeOn} and {@code publishOn}. Whoever cancels
 * the subscription cancels the call.
 */
public final class ReactorCalls {

  private ReactorCalls() {}

  /**
   * The call as a Mono, which fails with the {@link io.grpc.StatusRuntimeException} of the call.
   */
  public static <T> Mono<T> mono(Call<T> call) {
    return Mono.fromFuture(call::start);
  }
}
