package io.grpcplatform.stream;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** The meters of resumable sessions, by side and method: of each that has had a session. */
final class SessionMetrics implements MeterBinder {

  private static final Set<SessionWatch.Resume> OF_SERVERS =
      EnumSet.of(SessionWatch.Resume.RETURNED, SessionWatch.Resume.ARRIVED);

  private final SessionCounts counts;

  SessionMetrics(SessionCounts counts) {
    this.counts = counts;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    counts.observe(method -> bind(registry, method, tags(method.key())));
  }

  private static Tags tags(SessionCounts.Key key) {
    String method = key.fullMethodName();
    int slash = method.lastIndexOf('/');
    return Tags.of(
        "rpc.side", lower(key.side()),
        "rpc.service", method.substring(0, Math.max(0, slash)),
        "rpc.method", method.substring(slash + 1));
  }

  private static void bind(MeterRegistry registry, MethodSessions method, Tags tags) {
    gauge(registry, method, tags.and("state", "live"), MethodSessions::live);
    gauge(registry, method, tags.and("state", "waiting"), MethodSessions::waiting);
    TimeGauge.builder(
            "platform.stream.session.age",
            method,
            TimeUnit.NANOSECONDS,
            MethodSessions::oldestNanos)
        .description("How long ago the oldest session began")
        .tags(tags)
        .strongReference(true)
        .register(registry);
    Gauge.builder("platform.stream.unacknowledged", method, MethodSessions::unacknowledged)
        .description("Messages of sessions that the other side has not acknowledged")
        .tags(tags)
        .strongReference(true)
        .register(registry);
    FunctionTimer.builder(
            "platform.stream.gap",
            method,
            MethodSessions::gaps,
            MethodSessions::gapNanos,
            TimeUnit.NANOSECONDS)
        .description("How long sessions were without a stream until they had one again")
        .tags(tags)
        .register(registry);
    bindCounters(registry, method, tags);
  }

  private static void bindCounters(MeterRegistry registry, MethodSessions method, Tags tags) {
    String messages = "platform.stream.messages";
    String about = "Messages of sessions, each once however often it went over the wire";
    Tags sent = tags.and("direction", "sent");
    Tags received = tags.and("direction", "received");
    count(registry, method, messages, about, sent, MethodSessions.Count.SENT);
    count(registry, method, messages, about, received, MethodSessions.Count.RECEIVED);
    String replayed = "platform.stream.replayed";
    about = "Messages of sessions that went over the wire once more";
    count(registry, method, replayed, about, sent, MethodSessions.Count.REPLAYED);
    count(registry, method, replayed, about, received, MethodSessions.Count.REPEATED);
    boolean server = method.key().side() == SessionWatch.Side.SERVER;
    for (SessionWatch.Resume why : SessionWatch.Resume.values()) {
      if (server == OF_SERVERS.contains(why)) {
        FunctionCounter.builder("platform.stream.resumes", method, one -> one.resumes(why))
            .description("How often a session went on with another stream")
            .tags(tags.and("cause", lower(why)))
            .register(registry);
      }
    }
  }

  private static void gauge(
      MeterRegistry registry,
      MethodSessions method,
      Tags tags,
      ToDoubleFunction<MethodSessions> value) {
    Gauge.builder("platform.stream.sessions", method, value)
        .description("Sessions that have a stream now, and those that wait for one")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private static void count(
      MeterRegistry registry,
      MethodSessions method,
      String name,
      String description,
      Tags tags,
      MethodSessions.Count what) {
    FunctionCounter.builder(name, method, one -> one.count(what))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
