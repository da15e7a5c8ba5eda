package io.grpcplatform.telemetry;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpcplatform.Caller;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.MDC;

/** What each of ten callers must be seen with, and what was seen instead. */
final class Expected {

  static final int CALLERS = 10;
  static final Metadata.Key<String> CALLER = key("x-caller");
  private static final Metadata.Key<String> TRACEPARENT = key("traceparent");
  private static final Metadata.Key<String> BAGGAGE = key("baggage");
  private static final Metadata.Key<String> PRIORITY = key("x-platform-priority");
  private static final List<String> PRIORITIES = List.of("critical", "sheddable", "background");
  private static final int STEP_SECONDS = 100;

  /** Every difference between a caller and what was current; stays empty. */
  final Queue<String> differences = new ConcurrentLinkedQueue<>();

  /** How often anybody looked. */
  final AtomicInteger looks = new AtomicInteger();

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  static String name(int caller) {
    return "caller-" + caller;
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(name.indexOf('-') + 1));
  }

  private static String trace(int caller) {
    return ("%02d".formatted(caller) + "ab").repeat(8);
  }

  static Deadline deadline(int caller) {
    return Deadline.after(30L + STEP_SECONDS * (long) caller, TimeUnit.SECONDS);
  }

  /** What a caller sends; every second one is not sampled. */
  static Metadata headers(int caller) {
    Metadata headers = new Metadata();
    headers.put(CALLER, name(caller));
    headers.put(TRACEPARENT, "00-" + trace(caller) + "-00f067aa0ba902b7-0" + caller % 2);
    headers.put(BAGGAGE, "tenant=tenant-" + caller + ",foreign=f" + caller);
    headers.put(PRIORITY, PRIORITIES.get(caller % PRIORITIES.size()));
    return headers;
  }

  /** Compares what arrived with the caller it names. */
  void arrived(Metadata headers) {
    int caller = number(Objects.requireNonNull(headers.get(CALLER)));
    compare("priority", caller, headers.get(PRIORITY), PRIORITIES.get(caller % 3));
    compare("traceparent", caller, headers.get(TRACEPARENT).substring(3, 35), trace(caller));
  }

  /** Compares all that is current on this thread with the caller whom the message names. */
  void look(String where, String text) {
    looks.incrementAndGet();
    int caller = number(text.substring(text.indexOf(' ') + 1));
    String tenant = "tenant-" + caller;
    compare(where + " trace", caller, Span.current().getSpanContext().getTraceId(), trace(caller));
    compare(where + " tenant", caller, Baggage.current().getEntryValue("tenant"), tenant);
    compare(where + " foreign", caller, Baggage.current().getEntryValue("foreign"), null);
    Caller served = Caller.CURRENT.get();
    compare(where + " Caller", caller, served == null ? null : served.id(), name(caller));
    compare(where + " MDC traceId", caller, MDC.get("traceId"), trace(caller));
    compare(where + " MDC tenant", caller, MDC.get("tenant"), tenant);
    compare(where + " MDC caller", caller, MDC.get("caller"), name(caller));
    String method = text.startsWith("stream") ? "Bidi" : "Unary";
    compare(where + " MDC rpc.method", caller, MDC.get("rpc.method"), method);
    compare(where + " deadline", caller, deadlineOf(Context.current()), caller);
  }

  /** Whose deadline that is: they lie further apart than a test may last. */
  private static Integer deadlineOf(Context context) {
    Deadline deadline = context.getDeadline();
    return deadline == null
        ? null
        : (int) Math.round((deadline.timeRemaining(TimeUnit.SECONDS) - 30) / (double) STEP_SECONDS);
  }

  private void compare(String what, int caller, Object seen, Object expected) {
    if (!Objects.equals(seen, expected)) {
      differences.add(what + " of caller " + caller + " was " + seen);
    }
  }

  /** What is left on the threads of a pool between two tasks; on none of them anything may be. */
  static List<String> left(ThreadPoolExecutor pool) throws Exception {
    int threads;
    List<String> found;
    do {
      threads = pool.getPoolSize();
      found = leftOn(pool, threads);
      // A pool that was still busy has made a thread more, and one of its threads was not asked.
    } while (pool.getPoolSize() > threads);
    return found;
  }

  private static List<String> leftOn(ThreadPoolExecutor pool, int threads) throws Exception {
    CyclicBarrier all = new CyclicBarrier(Math.max(1, threads));
    List<Future<String>> looks =
        IntStream.range(0, threads)
            .mapToObj(
                i ->
                    pool.submit(
                        () -> {
                          all.await(30, TimeUnit.SECONDS);
                          return left();
                        }))
            .toList();
    List<String> found = new ArrayList<>();
    for (Future<String> look : looks) {
      found.add(look.get(30, TimeUnit.SECONDS));
    }
    return found.stream().filter(each -> !each.isEmpty()).collect(Collectors.toList());
  }

  /** What is left on this thread; empty for nothing. */
  static String left() {
    Map<String, String> mdc = MDC.getCopyOfContextMap();
    String found = mdc == null || mdc.isEmpty() ? "" : "MDC " + mdc;
    if (io.opentelemetry.context.Context.current() != io.opentelemetry.context.Context.root()) {
      found += " trace " + Span.current();
    }
    return Context.current() == Context.ROOT ? found : found + " Context " + Context.current();
  }
}
