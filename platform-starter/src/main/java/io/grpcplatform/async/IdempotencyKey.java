package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Metadata;
import java.util.Optional;

/**
 * The key of a durable call, as its handler finds it: all attempts of one call have the same, and
 * no other call of that method has. Any caller may send one in the metadata {@value #HEADER}.
 */
public final class IdempotencyKey {

  /** The metadata that it travels in. */
  public static final String HEADER = "x-platform-idempotency-key";

  static final Metadata.Key<String> METADATA =
      Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<String> CONTEXT = Context.key(HEADER);

  private IdempotencyKey() {}

  /** That of the call that is handled in this Context; empty where its caller sent none. */
  public static Optional<String> current() {
    return Optional.ofNullable(CONTEXT.get());
  }

  static Context in(Context context, String key) {
    return context.withValue(CONTEXT, key);
  }
}
