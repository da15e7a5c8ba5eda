package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Deadline;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.KnownLatencies;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.testing.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Deadlines that follow a method's latencies, on a clock that the test owns. */
final class AdaptiveDeadlineTest {

  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  /** What is made of known latencies. */
  @Nested
  final class Suggestions {
    private final ManualClock clock = new ManualClock();
    private final CallLatencies latencies = new CallLatencies(clock);
    private final CallLatencies.Window window = latencies.of(LiveEcho.UNARY);
    private final KnownLatencies calls = new KnownLatencies(window);
    private final DeadlineProperties.Adaptive rule = Settings.of().adaptive();
    private final AdaptiveDeadline adaptive = new AdaptiveDeadline(window, clock, rule);

    @BeforeEach
    void aDeadlineIsConfigured() {
      adaptive.configured(Duration.ofSeconds(5).toNanos());
    }

    private void windowEnds() {
      clock.advance(WINDOW);
    }

    @Test
    void isHalfAgainOfTheSlowestOfAHundred() {
      calls.answered(98, Duration.ofMillis(20)).answered(2, Duration.ofMillis(400));
      windowEnds();

      assertThat(adaptive.seconds(rule)).isCloseTo(0.6, within(0.006));
    }

    @Test
    void needsAHundredSuccessfulCallsOfOneMinute() {
      calls.answered(99, Duration.ofMillis(200));
      windowEnds();
      assertThat(adaptive.seconds(rule)).isNaN();

      calls.answered(1, Duration.ofMillis(200));
      windowEnds();
      assertThat(adaptive.seconds(rule)).isCloseTo(0.3, within(0.003));

      clock.advance(Duration.ofSeconds(50));
      assertThat(adaptive.seconds(rule)).isNaN();
    }

    @Test
    void neverExceedsWhatIsConfigured() {
      calls.answered(100, Duration.ofSeconds(4));
      windowEnds();

      assertThat(adaptive.seconds(rule)).isEqualTo(5.0);
      DeadlineProperties.Adaptive enforced = Settings.of("adaptive.mode", "enforce").adaptive();
      assertThat(adaptive.tighten(Duration.ofSeconds(5).toNanos(), enforced))
          .isEqualTo(Duration.ofSeconds(5).toNanos());
      assertThat(adaptive.tighten(0, enforced)).as("none stays none").isZero();
    }

    @Test
    void isNeverBelowItsLeast() {
      calls.answered(100, Duration.ofMillis(1));
      windowEnds();

      assertThat(adaptive.seconds(rule)).isEqualTo(0.05);
    }

    @Test
    void staysAsItIsWhileTheBreakerRefuses() {
      calls.answered(100, Duration.ofMillis(200));
      windowEnds();
      assertThat(adaptive.seconds(rule)).isCloseTo(0.3, within(0.003));

      calls.answered(500, Duration.ofMillis(80)).refusedByBreaker();
      windowEnds();

      assertThat(adaptive.seconds(rule)).isCloseTo(0.3, within(0.003));
    }

    @Test
    void staysAsItIsWhileMoreThanATenthFails() {
      calls.answered(100, Duration.ofMillis(200));
      windowEnds();
      assertThat(adaptive.seconds(rule)).isCloseTo(0.3, within(0.003));

      calls.answered(350, Duration.ofMillis(400)).failed(50);
      windowEnds();
      assertThat(adaptive.seconds(rule)).as("just a tenth").isCloseTo(0.6, within(0.006));

      calls.answered(90, Duration.ofMillis(800)).failed(11);
      windowEnds();
      assertThat(adaptive.seconds(rule)).as("more").isCloseTo(0.6, within(0.006));
    }

    @Test
    void isFrozenForAMinuteAtMost() {
      // Given a deadline that has become so short that every call fails.
      calls.answered(100, Duration.ofMillis(200));
      windowEnds();
      assertThat(adaptive.seconds(rule)).isCloseTo(0.3, within(0.003));

      for (int windows = 1; windows <= 6; windows++) {
        calls.failed(100);
        windowEnds();
        assertThat(adaptive.seconds(rule)).isCloseTo(0.3, within(0.003));
      }
      calls.failed(100);
      windowEnds();

      // Then what is configured holds again, and calls can show how long they take now.
      assertThat(adaptive.seconds(rule)).isNaN();
    }

    @Test
    void switchedOffNothingIsSuggested() {
      calls.answered(100, Duration.ofMillis(200));
      windowEnds();

      assertThat(adaptive.seconds(Settings.of("adaptive.mode", "off").adaptive())).isNaN();
    }
  }

  private static void hundredCallsOf(LiveEcho echo, Duration each) {
    new KnownLatencies(echo.latencies.of(LiveEcho.UNARY)).answered(100, each);
    echo.clock.advance(WINDOW);
  }

  @Test
  void byDefaultItIsShownAndChangesNoCall() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    DeadlineMetrics metrics = new DeadlineMetrics();
    metrics.bindTo(registry);
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), metrics, "default", "60s")) {
      echo.stub().unary(HELLO);
      hundredCallsOf(echo, Duration.ofSeconds(2));

      echo.stub().unary(HELLO);

      assertThat(
              registry
                  .get("platform.deadline.adaptive")
                  .tags(
                      "channel",
                      "payment",
                      "rpc.service",
                      "platform.test.v1.EchoService",
                      "rpc.method",
                      "Unary")
                  .gauge()
                  .value())
          .isCloseTo(3.0, within(0.03));
      assertThat(echo.leftOnTheWire()).isBetween(4_000L, 60_000L);
    }
  }

  @Test
  void enforcedItIsWhatGoesOut() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "default", "60s")) {
      echo.stub().unary(HELLO);
      hundredCallsOf(echo, Duration.ofSeconds(2));

      echo.apply("default", "60s", "adaptive.mode", "enforce");
      echo.stub().unary(HELLO);

      assertThat(echo.leftOnTheWire()).isBetween(1L, 3_030L);
    }
  }

  @Test
  void aCallersOwnDeadlineStandsAboveIt() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "adaptive.mode", "enforce")) {
      echo.stub().unary(HELLO);
      hundredCallsOf(echo, Duration.ofMillis(500));
      Deadline own = Deadline.after(30, TimeUnit.SECONDS);

      echo.stub().withDeadline(own).unary(HELLO);

      assertThat(echo.wire.last()).isSameAs(own);
    }
  }

  @Test
  void realCallsOverLoopbackMakeASuggestion() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    DeadlineMetrics metrics = new DeadlineMetrics();
    metrics.bindTo(registry);
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), metrics)) {
      for (int i = 0; i < 100; i++) {
        echo.stub().unary(HELLO);
      }
      echo.clock.advance(WINDOW);

      assertThat(registry.get("platform.deadline.adaptive").gauge().value()).isBetween(0.05, 5.0);
    }
  }
}
