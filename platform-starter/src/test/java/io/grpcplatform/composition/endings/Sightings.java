package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What timers, spans and log lines tell of the calls since this was made. */
final class Sightings implements AutoCloseable {

  private static final String LOGGER = "io.grpcplatform.telemetry.AccessLog";

  private final Assembly assembly;
  private final Map<Meter.Id, Long> before = new HashMap<>();
  private final Map<SpanKind, List<SpanData>> spans = new HashMap<>();
  private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event);
        }
      };

  /** A line of the access log, as its fields say it. */
  record Line(String method, String code, @Nullable String refusal, @Nullable String trace) {}

  Sightings(Assembly assembly) {
    this.assembly = assembly;
    restart();
    appender.start();
    logger().addAppender(appender);
    logger().setLevel(Level.INFO);
    logger().setAdditive(false);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(LOGGER);
  }

  /** Looks only at what comes from now on. */
  void restart() {
    spans.clear();
    for (Timer timer : assembly.meters.find("grpc.server").timers()) {
      before.put(timer.getId(), timer.count());
    }
    for (Timer timer : assembly.meters.find("grpc.client").timers()) {
      before.put(timer.getId(), timer.count());
    }
    for (SpanKind kind : SpanKind.values()) {
      assembly.spans.more(kind);
    }
    lines.clear();
  }

  void await(SpanKind side, int count) throws InterruptedException {
    spans
        .computeIfAbsent(side, none -> new ArrayList<>())
        .addAll(assembly.spans.await(side, count));
  }

  List<SpanData> spans(SpanKind side) {
    List<SpanData> all = spans.computeIfAbsent(side, none -> new ArrayList<>());
    all.addAll(assembly.spans.more(side));
    return all;
  }

  /** One entry for each call, {@code package.Service/Method KIND CODE}. */
  List<String> samples(SpanKind side) {
    List<String> found = new ArrayList<>();
    String meter = side == SpanKind.SERVER ? "grpc.server" : "grpc.client";
    for (Timer timer : assembly.meters.find(meter).timers()) {
      Meter.Id id = timer.getId();
      long count = timer.count() - before.getOrDefault(id, 0L);
      for (long i = 0; i < count && !"Hold".equals(id.getTag("rpc.method")); i++) {
        found.add(
            "%s/%s %s %s"
                .formatted(
                    id.getTag("rpc.service"),
                    id.getTag("rpc.method"),
                    id.getTag("rpc.type"),
                    id.getTag("grpc.status_code")));
      }
    }
    return found;
  }

  List<Line> lines(SpanKind side) {
    String word = side == SpanKind.SERVER ? "server" : "client";
    List<Line> found = new ArrayList<>();
    for (ILoggingEvent event : lines) {
      Map<String, String> fields = new HashMap<>();
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        fields.put(pair.key, String.valueOf(pair.value));
      }
      String code = fields.getOrDefault("grpc.status_code", "");
      String method = fields.get("rpc.service") + "/" + fields.get("rpc.method");
      if (word.equals(fields.get("rpc.side")) && !method.endsWith("/Hold")) {
        assertThat(event.getFormattedMessage()).startsWith(word + " " + method + " " + code + " ");
        found.add(new Line(method, code, fields.get("refusal"), fields.get("trace_id")));
      }
    }
    return found;
  }

  @Override
  public void close() {
    logger().detachAppender(appender);
    logger().setLevel(null);
    logger().setAdditive(true);
  }
}
