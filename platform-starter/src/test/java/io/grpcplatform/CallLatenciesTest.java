package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallLatencies.Summary;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class CallLatenciesTest {

  private static final CallKey KEY = new CallKey("payment", "shop.v1.Shop", "Get");
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final Percentage TWO_DIGITS = Percentage.withPercentage(1);

  private final ManualClock clock = new ManualClock();
  private final CallLatencies latencies = new CallLatencies(clock);
  private final CallLatencies.Window window = latencies.of(KEY);

  private static Outcome failing(Status status) {
    return new Outcome(status, new Metadata(), null, false);
  }

  private static Outcome refused(Refusal.Reason reason) {
    Refusal refusal = new Refusal(reason, "refused", null);
    return new Outcome(refusal.status(), new Metadata(), refusal, true);
  }

  private void answered(int calls, Duration each) {
    for (int i = 0; i < calls; i++) {
      window.ended(each.toNanos(), Outcome.PLAIN_OK);
    }
  }

  @Test
  void onlyAWindowThatHasEndedIsToldOf() {
    answered(7, Duration.ofMillis(20));

    assertThat(window.summary()).isEqualTo(Summary.EMPTY);
    clock.advance(WINDOW);
    assertThat(window.summary().calls()).isEqualTo(7);
  }

  @Test
  void percentilesAreOfTheSuccessfulCalls() {
    for (int millis = 1; millis <= 100; millis++) {
      answered(1, Duration.ofMillis(millis));
    }
    window.ended(Duration.ofSeconds(9).toNanos(), failing(Status.UNAVAILABLE));
    clock.advance(WINDOW);

    Summary summary = window.summary();

    assertThat(summary.p50Nanos()).isCloseTo(Duration.ofMillis(50).toNanos(), TWO_DIGITS);
    assertThat(summary.p95Nanos()).isCloseTo(Duration.ofMillis(95).toNanos(), TWO_DIGITS);
    assertThat(summary.p99Nanos()).isCloseTo(Duration.ofMillis(99).toNanos(), TWO_DIGITS);
    assertThat(summary.calls()).isEqualTo(101);
    assertThat(summary.failures()).isEqualTo(1);
  }

  @Test
  void sixWindowsCountAndTheSeventhPushesOut() {
    for (int window = 1; window <= 6; window++) {
      answered(window, Duration.ofMillis(10));
      clock.advance(WINDOW);
      assertThat(this.window.summary().calls()).isEqualTo(window * (window + 1) / 2);
    }

    clock.advance(WINDOW);

    assertThat(window.summary().calls()).isEqualTo(2 + 3 + 4 + 5 + 6);
  }

  @Test
  void afterAMinuteOfSilenceNothingIsKnown() {
    answered(50, Duration.ofMillis(10));

    clock.advance(Duration.ofMillis(70_001));

    assertThat(window.summary()).isEqualTo(Summary.EMPTY);
  }

  @Test
  void aWindowThatNobodyTurnedOverIsAsOldAsItIs() {
    // Given calls of one window and a reader who comes fifty seconds after its end.
    answered(50, Duration.ofMillis(10));
    clock.advance(Duration.ofSeconds(60));
    assertThat(window.summary().calls()).isEqualTo(50);

    // When its minute is over.
    clock.advance(WINDOW);

    // Then it is gone, though it was read late.
    assertThat(window.summary().calls()).isZero();
  }

  @Test
  void refusedAndGivenUpCallsSayNothing() {
    window.ended(1, refused(Refusal.Reason.RATE_LIMITED));
    window.ended(1, refused(Refusal.Reason.DEADLINE_TOO_SHORT));
    window.ended(1, new Outcome(Status.CANCELLED, new Metadata(), null, true));
    clock.advance(WINDOW);

    assertThat(window.summary()).isEqualTo(Summary.EMPTY);
  }

  @Test
  void aBreakersRefusalIsKnownForSixWindows() {
    window.ended(1, refused(Refusal.Reason.CIRCUIT_OPEN));
    clock.advance(WINDOW);
    assertThat(window.summary().openBreaker()).isTrue();

    clock.advance(Duration.ofSeconds(49));
    assertThat(window.summary().openBreaker()).isTrue();

    clock.advance(Duration.ofSeconds(11));
    assertThat(window.summary().openBreaker()).isFalse();
  }

  @Test
  void overloadedCalleesCountAsFailures() {
    window.ended(1, failing(Status.RESOURCE_EXHAUSTED));
    window.ended(1, failing(Status.DEADLINE_EXCEEDED));
    window.ended(1, failing(Status.NOT_FOUND));
    clock.advance(WINDOW);

    assertThat(window.summary().failures()).isEqualTo(2);
    assertThat(window.summary().calls()).isEqualTo(3);
  }

  @Test
  void timesOfExtremesAreCutAndKept() {
    window.ended(Long.MAX_VALUE, Outcome.PLAIN_OK);
    window.ended(-1, Outcome.PLAIN_OK);
    clock.advance(WINDOW);

    assertThat(window.summary().calls()).isEqualTo(2);
    assertThat(window.summary().p50Nanos()).isZero();
    assertThat(window.summary().p99Nanos()).isCloseTo(Duration.ofHours(1).toNanos(), TWO_DIGITS);
  }

  @Test
  void everyFeatureGetsTheSameWindow() {
    assertThat(latencies.of(KEY)).isSameAs(window);
    assertThat(latencies.asked(KEY)).isSameAs(window);
    assertThat(latencies.asked(new CallKey("other", "shop.v1.Shop", "Get"))).isNull();
  }

  @Test
  void noCallIsLostWhileWindowsTurnOver() throws Exception {
    // Given four threads that record while the clock turns windows over; none grows too old.
    int threads = 4;
    int each = 50_000;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    CountDownLatch ready = new CountDownLatch(threads);
    List<Future<?>> recording = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      recording.add(
          pool.submit(
              () -> {
                ready.countDown();
                answered(each, Duration.ofMillis(3));
              }));
    }
    ready.await(10, TimeUnit.SECONDS);

    for (int turned = 0; turned < 4; turned++) {
      clock.advance(WINDOW);
      window.summary();
    }
    for (Future<?> done : recording) {
      done.get(20, TimeUnit.SECONDS);
    }
    clock.advance(WINDOW);

    assertThat(window.summary().calls()).isEqualTo((long) threads * each);
    pool.shutdownNow();
  }
}
