package io.grpcplatform.telemetry;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What the log lines of a call's callbacks carry beside its trace, in the MDC: {@code rpc.method}
 * and {@code caller}.
 */
record LogFields(@Nullable String method, @Nullable String caller) {

  private static final String METHOD = "rpc.method";
  private static final String CALLER = "caller";
  private static final LogFields NONE = new LogFields(null, null);

  /** What this thread's log lines carry now; null for neither. */
  static @Nullable LogFields current() {
    String method = MDC.get(METHOD);
    String caller = MDC.get(CALLER);
    return method == null && caller == null ? null : new LogFields(method, caller);
  }

  /** Lets this thread's log lines carry these; returns what they carried before, null for none. */
  static @Nullable LogFields replace(String method, @Nullable String caller) {
    LogFields before = current();
    if (before != null || caller != null) {
      set(CALLER, caller);
    }
    MDC.put(METHOD, method);
    return before;
  }

  /** Lets this thread's log lines carry what {@link #replace} found. */
  static void restore(@Nullable LogFields before) {
    LogFields fields = before == null ? NONE : before;
    set(METHOD, fields.method);
    set(CALLER, fields.caller);
  }

  /** Takes both away, for a line that says them itself; returns what was there. */
  static @Nullable LogFields hide() {
    LogFields before = current();
    if (before != null) {
      restore(null);
    }
    return before;
  }

  private static void set(String name, @Nullable String value) {
    if (value == null) {
      MDC.remove(name);
    } else {
      MDC.put(name, value);
    }
  }
}
