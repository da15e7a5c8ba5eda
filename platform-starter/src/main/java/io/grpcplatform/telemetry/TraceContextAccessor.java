package io.grpcplatform.telemetry;

import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lets whatever uses Micrometer's context propagation carry OpenTelemetry's {@link Context}, and
 * with it trace and baggage: Spring's {@code ContextPropagatingTaskDecorator}, Reactor, {@code
 * ContextExecutorService}. Found by the service loader. Where an observation of Micrometer's is
 * current, that is carried instead, by Micrometer, with the trace it has.
 */
public final class TraceContextAccessor implements ThreadLocalAccessor<Context> {

  /** Under which a snapshot, or a Reactor context, holds the context. */
  public static final String KEY = "io.opentelemetry.context.Context";

  // A scope is closed where it was opened: whoever listens, as the MDC's traceId does, hears both.
  private static final ThreadLocal<Deque<Scope>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  public @Nullable Context getValue() {
    Context current = Context.current();
    boolean none = current == Context.root();
    return none || ObservationThreadLocalAccessor.getInstance().getValue() != null ? null : current;
  }

  // Closed by restore(), which a snapshot promises to call.
  @Override
  public void setValue(Context value) {
    OPEN.get().push(CarryingCall.open(value));
  }

  @Override
  public void setValue() {
    setValue(Context.root());
  }

  @Override
  public void restore(Context previousValue) {
    restore();
  }

  @Override
  public void restore() {
    Deque<Scope> open = OPEN.get();
    Scope last = open.poll();
    if (last != null) {
      last.close();
    }
    if (open.isEmpty()) {
      OPEN.remove();
    }
  }
}
