package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpcplatform.ServerContributor;

/**
 * Puts the key that a caller sent into the Context of its call. Runs on the call's executor, before
 * the handler.
 */
final class IdempotencyServerInterceptor implements ServerInterceptor, ServerContributor {

  @Override
  public ServerInterceptor interceptor() {
    return this;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String key = headers.get(IdempotencyKey.METADATA);
    return key == null
        ? next.startCall(call, headers)
        : Contexts.interceptCall(IdempotencyKey.in(Context.current(), key), call, headers, next);
  }
}
