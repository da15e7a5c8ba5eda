package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries a trace from process to process in a call's metadata, in whatever form the application's
 * propagators speak (W3C {@code traceparent} unless configured otherwise).
 *
 * <p>Threading: safe, immutable.
 */
final class TracePropagation implements TextMapGetter<Metadata>, TextMapSetter<Metadata> {

  private final TextMapPropagator propagator;
  // Making a metadata key costs more than reading it, and the names never change.
  private final Map<String, Metadata.Key<String>> keys = new HashMap<>();

  TracePropagation(TextMapPropagator propagator) {
    this.propagator = propagator;
    for (String name : propagator.fields()) {
      keys.put(name, Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }

  /** The caller's trace; the empty context where the caller sent none. */
  Context extract(Metadata headers) {
    // From the root: what else this thread may have been doing is not the caller's trace.
    return propagator.extract(Context.root(), headers, this);
  }

  void inject(Context context, Metadata headers) {
    propagator.inject(context, headers, this);
  }

  @Override
  public Iterable<String> keys(Metadata carrier) {
    return carrier.keys();
  }

  @Override
  public @Nullable String get(@Nullable Metadata carrier, String name) {
    if (carrier == null) {
      return null;
    }
    Metadata.Key<String> key = key(name);
    return key == null ? null : carrier.get(key);
  }

  @Override
  public void set(@Nullable Metadata carrier, String name, String value) {
    Metadata.Key<String> key = key(name);
    if (carrier != null && key != null) {
      carrier.discardAll(key);
      carrier.put(key, value);
    }
  }

  /** Null for a name that text metadata cannot have, which a propagator may meet among the keys. */
  private Metadata.@Nullable Key<String> key(String name) {
    Metadata.Key<String> known = keys.get(name);
    if (known != null) {
      return known;
    }
    return name.endsWith(Metadata.BINARY_HEADER_SUFFIX)
        ? null
        : Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
