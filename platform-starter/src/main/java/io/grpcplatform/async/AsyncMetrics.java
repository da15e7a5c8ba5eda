package io.grpcplatform.async;

import io.grpc.Status.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The meters {@code platform.async.*} of durable calls. */
final class AsyncMetrics implements AsyncWatch, MeterBinder {

  private static final String PREFIX = "platform.async.";
  private static final List<CallState> COUNTED =
      List.of(CallState.WAITING, CallState.CARRIED, CallState.DEAD);
  private static final List<CallState> ENDS =
      List.of(CallState.DONE, CallState.DEAD, CallState.CANCELLED);

  private volatile @Nullable Meters meters;

  /** What is there once a registry is. */
  private record Meters(
      MeterRegistry registry,
      Counter fresh,
      Counter known,
      Map<CallState, Timer> ends,
      Counter heard,
      Counter unheard,
      Counter confirmed,
      Counter unconfirmed) {}

  @Override
  public void bindTo(MeterRegistry registry) {
    Map<CallState, Timer> ends = new EnumMap<>(CallState.class);
    for (CallState end : ENDS) {
      ends.put(
          end,
          Timer.builder(PREFIX + "ended")
              .description("From the submission of a durable call to its end")
              .tag("outcome", word(end))
              .register(registry));
    }
    timer(registry, Code.OK);
    meters =
        new Meters(
            registry,
            counter(registry, "submitted", "Durable calls submitted", "outcome", "new"),
            counter(registry, "submitted", "Durable calls submitted", "outcome", "known"),
            ends,
            counter(registry, "told", "Ends of calls told to listeners", "outcome", "heard"),
            counter(registry, "told", "Ends of calls told to listeners", "outcome", "failed"),
            counter(registry, "sent", "Messages given to the carrier", "outcome", "confirmed"),
            counter(registry, "sent", "Messages given to the carrier", "outcome", "failed"));
  }

  /** Shows what is in the table, and what runs. */
  void show(MeterRegistry registry, CallCounts counts, CallRunner runner) {
    for (CallState state : COUNTED) {
      Gauge.builder(PREFIX + "calls", counts, all -> all.calls(state))
          .description("Durable calls in the table")
          .tag("state", word(state))
          .strongReference(true)
          .register(registry);
    }
    Gauge.builder(PREFIX + "lag", counts, CallCounts::lag)
        .description("Since when the call is due that waits longest")
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
    Gauge.builder(PREFIX + "running", runner, CallRunner::running)
        .description("Durable calls carried out now")
        .strongReference(true)
        .register(registry);
  }

  private static Counter counter(
      MeterRegistry registry, String name, String description, String tag, String value) {
    return Counter.builder(PREFIX + name)
        .description(description)
        .tag(tag, value)
        .register(registry);
  }

  private static Timer timer(MeterRegistry registry, Code code) {
    return Timer.builder(PREFIX + "attempts")
        .description("Attempts of durable calls made here")
        .tag("grpc.status_code", code.name())
        .register(registry);
  }

  private static String word(CallState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void submitted(boolean known) {
    Meters now = meters;
    if (now != null) {
      (known ? now.known() : now.fresh()).increment();
    }
  }

  @Override
  public void attempted(Code code, Duration took) {
    Meters now = meters;
    if (now != null) {
      timer(now.registry(), code).record(took);
    }
  }

  @Override
  public void ended(CallState state, Duration sinceSubmit) {
    Meters now = meters;
    Timer timer = now == null ? null : now.ends().get(state);
    if (timer != null) {
      timer.record(sinceSubmit);
    }
  }

  @Override
  public void told(boolean heard) {
    Meters now = meters;
    if (now != null) {
      (heard ? now.heard() : now.unheard()).increment();
    }
  }

  @Override
  public void sent(int messages, boolean confirmed) {
    Meters now = meters;
    if (now != null) {
      (confirmed ? now.confirmed() : now.unconfirmed()).increment(messages);
    }
  }
}
