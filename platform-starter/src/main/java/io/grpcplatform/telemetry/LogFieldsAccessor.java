package io.grpcplatform.telemetry;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Lets whatever uses Micrometer's context propagation carry what log lines say of a call beside its
 * trace: {@code rpc.method} and {@code caller} of the MDC. Found by the service loader.
 */
public final class LogFieldsAccessor implements ThreadLocalAccessor<Object> {

  /** Under which a snapshot, or a Reactor context, holds the fields. */
  public static final String KEY = "io.grpcplatform.log-fields";

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  public @Nullable Object getValue() {
    return LogFields.current();
  }

  @Override
  public void setValue(Object value) {
    LogFields.restore((LogFields) value);
  }

  @Override
  public void setValue() {
    LogFields.restore(null);
  }
}
