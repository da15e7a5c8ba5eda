package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.stream.SessionWatch.Resume;
import io.grpcplatform.stream.SessionWatch.Side;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What is told of sessions is what their meters and their section show. */
final class SessionMetricsTest {

  private static final String METHOD = "platform.test.v1.NumberedService/Process";

  private final AtomicLong nanos = new AtomicLong(17);
  private final SessionCounts counts = new SessionCounts(nanos::get);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double value(String meter, String... tags) {
    return registry
        .get("platform.stream." + meter)
        .tags("rpc.service", "platform.test.v1.NumberedService", "rpc.method", "Process")
        .tags(tags)
        .meter()
        .measure()
        .iterator()
        .next()
        .getValue();
  }

  @Test
  void sessionsWithAndWithoutStreamAreToldApart() {
    SessionWatch.Session before = counts.began(Side.CLIENT, METHOD);
    new SessionMetrics(counts).bindTo(registry);
    SessionWatch.Session after = counts.began(Side.CLIENT, METHOD);
    before.opened();
    after.opened();
    assertThat(value("sessions", "state", "live")).isEqualTo(2);

    after.cut();
    after.cut();
    assertThat(value("sessions", "state", "live")).isEqualTo(1);
    assertThat(value("sessions", "state", "waiting")).isEqualTo(1);

    after.ended();
    before.ended();
    before.opened();
    assertThat(value("sessions", "state", "live")).isZero();
    assertThat(value("sessions", "state", "waiting")).isZero();
  }

  @Test
  void eachMessageCountsWhereItBelongs() {
    new SessionMetrics(counts).bindTo(registry);
    SessionWatch.Session session = counts.began(Side.SERVER, METHOD);

    session.sent();
    session.sent();
    session.replayed();
    session.received();
    session.repeated();
    session.repeated();
    session.repeated();

    assertThat(value("messages", "rpc.side", "server", "direction", "sent")).isEqualTo(2);
    assertThat(value("messages", "rpc.side", "server", "direction", "received")).isEqualTo(1);
    assertThat(value("replayed", "rpc.side", "server", "direction", "sent")).isEqualTo(1);
    assertThat(value("replayed", "rpc.side", "server", "direction", "received")).isEqualTo(3);
  }

  @Test
  void whatIsUnacknowledgedIsOfAllSessionsAndGoesWithThem() {
    new SessionMetrics(counts).bindTo(registry);
    SessionWatch.Session one = counts.began(Side.CLIENT, METHOD);
    SessionWatch.Session other = counts.began(Side.CLIENT, METHOD);

    one.unacknowledged(7);
    other.unacknowledged(5);
    one.unacknowledged(3);
    assertThat(value("unacknowledged", "rpc.side", "client")).isEqualTo(8);

    other.ended();
    other.unacknowledged(9);
    assertThat(value("unacknowledged", "rpc.side", "client")).isEqualTo(3);
  }

  @Test
  void resumesAreCountedByCauseAndGapsByTheirLength() {
    new SessionMetrics(counts).bindTo(registry);
    SessionWatch.Session session = counts.began(Side.CLIENT, METHOD);
    session.opened();

    session.cut();
    session.resumed(Resume.SILENCE, TimeUnit.MILLISECONDS.toNanos(1500));
    session.resumed(Resume.MOVE, 0);

    assertThat(value("resumes", "cause", "silence")).isEqualTo(1);
    assertThat(value("resumes", "cause", "move")).isEqualTo(1);
    assertThat(value("sessions", "state", "live")).isEqualTo(1);
    assertThat(registry.get("platform.stream.gap").functionTimer().count()).isEqualTo(1);
    assertThat(registry.get("platform.stream.gap").functionTimer().totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(1500);
    assertThat(registry.find("platform.stream.resumes").tag("cause", "arrived").meter()).isNull();
  }

  @Test
  void theAgeIsThatOfTheOldestSession() {
    new SessionMetrics(counts).bindTo(registry);
    SessionWatch.Session oldest = counts.began(Side.CLIENT, METHOD);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
    SessionWatch.Session younger = counts.began(Side.CLIENT, METHOD);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));

    assertThat(value("session.age")).isEqualTo(4);
    oldest.ended();
    assertThat(value("session.age")).isEqualTo(1);
    younger.ended();
    assertThat(value("session.age")).isZero();
  }

  @Test
  void theSectionShowsEachSideByMethod() {
    StreamSection section = new StreamSection(SessionLimits.STANDARD, counts);
    SessionWatch.Session session = counts.began(Side.SERVER, METHOD);
    session.opened();
    session.resumed(Resume.ARRIVED, 0);
    session.unacknowledged(2);
    nanos.addAndGet(5);

    Map<String, Object> content = section.content();

    assertThat(content).containsOnlyKeys("limits", "server");
    assertThat(content.get("server"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .extractingByKey(METHOD)
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("live", 1)
        .containsEntry("waiting", 0)
        .containsEntry("unacknowledged", 2L)
        .containsEntry("oldest", Duration.ofNanos(5))
        .containsEntry("resumes", Map.of("arrived", 1L));
  }
}
