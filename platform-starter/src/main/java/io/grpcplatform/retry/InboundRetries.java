package io.grpcplatform.retry;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import io.grpcplatform.ServerContributor;

/**
 * Marks the Context of each served call that is itself a retry, by the standard {@code
 * grpc-previous-rpc-attempts} header.
 *
 * <p>Threading: called on transport threads, never blocks.
 */
final class InboundRetries implements ServerContributor {

  private static final Metadata.Key<String> PREVIOUS_ATTEMPTS =
      Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> RETRY = Context.key("io.grpcplatform.retry.inbound");
  private static final ServerStreamTracer FIRST = new ServerStreamTracer() {};
  private static final ServerStreamTracer LATER =
      new ServerStreamTracer() {
        @Override
        public Context filterContext(Context context) {
          return context.withValue(RETRY, true);
        }
      };

  /** Whether the call that is served in {@code context} is itself a retry. */
  static boolean isRetry(Context context) {
    return RETRY.get(context) != null;
  }

  @Override
  public void contribute(ServerBuilder<?> builder) {
    builder.addStreamTracerFactory(
        new ServerStreamTracer.Factory() {
          @Override
          public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            return headers.containsKey(PREVIOUS_ATTEMPTS) ? LATER : FIRST;
          }
        });
  }
}
