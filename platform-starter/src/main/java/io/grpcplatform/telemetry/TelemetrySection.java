package io.grpcplatform.telemetry;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.telemetry.LastFailures.Failure;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The last failures and the live streams; empty where {@code platform.telemetry} is off. */
final class TelemetrySection implements InspectedSection {

  /** There may be thousands; the oldest are shown. */
  private static final int STREAMS = 50;

  private final TelemetryParts telemetry;
  private final CallClock clock;

  TelemetrySection(TelemetryParts telemetry, CallClock clock) {
    this.telemetry = telemetry;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "telemetry";
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("failures", shown(telemetry.failures().failed()));
    content.put("refusals", shown(telemetry.failures().refused()));
    content.put("other-endings", shown(telemetry.failures().others()));
    Map<String, Object> streams = new LinkedHashMap<>();
    List<LiveStream> oldest = telemetry.streams().oldest(STREAMS);
    streams.put("count", Math.max(oldest.size(), telemetry.streams().count()));
    long now = clock.nanoTime();
    streams.put("oldest", oldest.stream().map(stream -> shown(stream, now)).toList());
    content.put("streams", streams);
    return content;
  }

  private static List<Map<String, Object>> shown(List<Failure> failures) {
    return failures.stream().map(TelemetrySection::shown).toList();
  }

  private static Map<String, Object> shown(Failure failure) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("at", failure.at().truncatedTo(ChronoUnit.MILLIS));
    addKey(shown, failure.side(), failure.key());
    shown.put("status", failure.code().name());
    add(shown, "refusal", failure.refusal() == null ? null : failure.refusal().name());
    shown.put("took", Duration.ofNanos(failure.nanos()).truncatedTo(ChronoUnit.MICROS));
    add(shown, "trace", failure.traceId());
    add(shown, "peer", failure.peer());
    return shown;
  }

  private static Map<String, Object> shown(LiveStream stream, long now) {
    Map<String, Object> shown = new LinkedHashMap<>();
    addKey(shown, stream.side(), stream.key());
    shown.put("age", Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(stream.age(now))));
    shown.put("received", stream.receivedMessages());
    shown.put("sent", stream.sentMessages());
    add(shown, "trace", stream.traceId());
    add(shown, "peer", stream.peer());
    return shown;
  }

  private static void addKey(Map<String, Object> shown, Side side, CallKey key) {
    shown.put("side", side.name().toLowerCase(Locale.ROOT));
    if (!key.channel().isEmpty()) {
      shown.put("channel", key.channel());
    }
    shown.put("method", key.fullMethodName());
  }

  private static void add(Map<String, Object> shown, String name, @Nullable Object value) {
    if (value != null) {
      shown.put(name, value);
    }
  }
}
