package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries a trace from process to process in a call's metadata, in whatever form the application's
 * propagators speak: W3C {@code traceparent} unless configured otherwise.
 *
 * <p>Baggage travels as {@link BaggageGate} lets it, in and out, whichever propagator reads or
 * writes it: Spring Boot's own takes in and passes on whatever a {@code baggage} header says.
 *
 * <p>Spring Boot's composite propagator costs 1 to 1.5 KB per call on either side, nearly all of it
 * to find that there is no baggage and no B3. So where the composite is Spring Boot's own, a call
 * without those goes straight to the W3C propagator; the result is the same.
 *
 * <p>Threading: safe, immutable.
 */
final class TracePropagation implements TextMapGetter<Metadata>, TextMapSetter<Metadata> {

  private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACESTATE =
      Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

  /** The header of W3C baggage, the one form in which a caller chooses the names. */
  private static final String BAGGAGE = "baggage";

  private final TextMapPropagator propagator;
  private final BaggageGate gate;
  // Making a metadata key costs more than reading it, and the names never change.
  private final Map<String, Metadata.Key<String>> keys = new HashMap<>();
  private final boolean shortOut;
  private final boolean shortIn;
  private final List<Metadata.Key<String>> notW3c = new ArrayList<>();

  TracePropagation(TextMapPropagator propagator, BaggageGate gate) {
    this.propagator = propagator;
    this.gate = gate;
    for (String name : propagator.fields()) {
      Metadata.Key<String> key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
      keys.put(name, key);
      if (!W3C.fields().contains(name) && !(gate.shut() && name.equals(BAGGAGE))) {
        notW3c.add(key);
      }
    }
    ShortCut found = ShortCut.of(propagator);
    shortOut = found.out();
    shortIn = found.in();
  }

  /** The caller's trace; the empty context where the caller sent none. */
  Context extract(Metadata headers) {
    // From the root: what else this thread may have been doing is not the caller's trace.
    if (!shortIn || !onlyW3c(headers)) {
      return propagator.extract(Context.root(), headers, this);
    }
    CallerSpan caller =
        headers.containsKey(TRACESTATE) ? null : CallerSpan.of(headers.get(TRACEPARENT));
    return caller == null
        ? W3C.extract(Context.root(), headers, this)
        : Context.root().with(Span.wrap(caller));
  }

  private boolean onlyW3c(Metadata headers) {
    // By index: an iterator would be one more object per call.
    for (int i = 0; i < notW3c.size(); i++) {
      if (headers.containsKey(notW3c.get(i))) {
        return false;
      }
    }
    return true;
  }

  void inject(Context context, Metadata headers) {
    boolean plain = shortOut && (gate.shut() || Baggage.fromContextOrNull(context) == null);
    (plain ? W3C : propagator).inject(context, headers, this);
  }

  /**
   * The same for {@code span} below a caller's context, without the context of both where its trace
   * is all that goes out.
   */
  void inject(Context caller, Span span, Metadata headers) {
    SpanContext identity = span.getSpanContext();
    boolean alone =
        shortOut
            && identity.isValid()
            && identity.getTraceState().isEmpty()
            && (gate.shut() || Baggage.fromContextOrNull(caller) == null);
    if (!alone) {
      inject(caller.with(span), headers);
      return;
    }
    headers.discardAll(TRACEPARENT);
    headers.put(TRACEPARENT, CallerSpan.text(identity));
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
    String value = key == null ? null : carrier.get(key);
    return value == null ? null : passed(name, value);
  }

  @Override
  public void set(@Nullable Metadata carrier, String name, String value) {
    Metadata.Key<String> key = key(name);
    String passed = passed(name, value);
    if (carrier != null && key != null && passed != null) {
      carrier.discardAll(key);
      carrier.put(key, passed);
    }
  }

  /** What the gate lets through; traces are none of its business. */
  private @Nullable String passed(String name, String value) {
    if (name.equals(BAGGAGE)) {
      return gate.members(value);
    }
    return gate.lets(name) ? BaggageGate.value(value) : value;
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
