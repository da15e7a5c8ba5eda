package io.grpcplatform.retry;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import org.jspecify.annotations.Nullable;

/**
 * Marks the Context of each served call that is itself a retry, by the standard {@code
 * grpc-previous-rpc-attempts} header. Runs on the thread the handler is about to run on.
 */
final class RetryServerStage implements ServerFeature {

  private static final Metadata.Key<String> PREVIOUS_ATTEMPTS =
      Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> RETRY = Context.key("io.grpcplatform.retry");

  private final Live<RetryProperties> settings;

  RetryServerStage(Live<RetryProperties> settings) {
    this.settings = settings;
  }

  /** Whether the call that is served in {@code context} is itself a retry. */
  static boolean servesRetry(Context context) {
    return RETRY.get(context) != null;
  }

  @Override
  public ServerStage stage() {
    return ServerStage.RETRY;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    return settings.get().enabled() ? RetryServerStage::mark : null;
  }

  private static @Nullable CallHook mark(CallStart call) {
    if (call.headers().containsKey(PREVIOUS_ATTEMPTS)) {
      call.context(RETRY, true);
    }
    return null;
  }
}
