package io.grpcplatform.deadline;

import io.grpc.Context;
import io.micrometer.context.ThreadLocalAccessor;

/**
 * Lets whatever uses Micrometer's context propagation carry gRPC's {@link Context}, and with it
 * deadline, cancellation and values: Spring's {@code ContextPropagatingTaskDecorator}, Reactor,
 * {@code ContextExecutorService}. Found by the service loader.
 */
public final class GrpcContextAccessor implements ThreadLocalAccessor<Context> {

  /** Under which a snapshot, or a Reactor context, holds the gRPC Context. */
  public static final String KEY = "io.grpc.Context";

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  public Context getValue() {
    return Context.current();
  }

  // Attached and not detached: scopes are closed in an order that is not gRPC's to check.
  @Override
  public void setValue(Context value) {
    Context ignored = value.attach();
  }

  @Override
  public void setValue() {
    Context ignored = Context.ROOT.attach();
  }
}
