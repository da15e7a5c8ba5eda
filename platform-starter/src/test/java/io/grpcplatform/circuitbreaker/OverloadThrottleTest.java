package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of throttling, on a clock and a chance of the test's own. */
final class OverloadThrottleTest {

  private final ManualClock clock = new ManualClock();
  private double drawn;
  private final OverloadThrottle throttle = new OverloadThrottle(clock, () -> drawn);

  @ParameterizedTest
  @CsvSource({
    "0, 0, 2, 0",
    "100, 100, 2, 0",
    "100, 50, 2, 0",
    "100, 49, 2, 0.0198",
    "100, 25, 2, 0.495",
    "3, 0, 2, 0.75",
    "1000, 0, 2, 0.9",
    "100, 75, 1, 0.2475",
    "9223372036854775807, 0, 2, 0.9"
  })
  void theFormulaIsTheBooks(long requests, long accepts, double multiplier, double expected) {
    assertThat(OverloadThrottle.probability(requests, accepts, multiplier))
        .isEqualTo(expected, within(0.0001));
  }

  @Test
  void nothingSeenRefusesNothing() {
    assertThat(throttle.refuses(2)).isFalse();
  }

  @Test
  void theDrawnNumberDecides() {
    for (int i = 0; i < 100; i++) {
      throttle.rejected();
    }

    drawn = 0.8999;
    assertThat(throttle.refuses(2)).isTrue();
    drawn = 0.9;
    assertThat(throttle.refuses(2)).as("a tenth always goes out").isFalse();
  }

  @Test
  void aCallRefusedHereIsARequest() {
    throttle.rejected();
    throttle.rejected();
    double before = throttle.probability(2);

    drawn = 0;
    assertThat(throttle.refuses(2)).isTrue();

    assertThat(before).isEqualTo(2 / 3.0, within(1e-9));
    assertThat(throttle.probability(2)).isEqualTo(3 / 4.0, within(1e-9));
  }

  @Test
  void whatIsTenSecondsOldIsForgotten() {
    throttle.rejected();
    clock.advance(Duration.ofMillis(9_999));
    assertThat(throttle.probability(2)).isEqualTo(0.5, within(1e-9));

    clock.advance(Duration.ofMillis(1));

    assertThat(throttle.probability(2)).isZero();
  }

  @Test
  void aLongSilenceForgetsEverything() {
    throttle.rejected();
    clock.advance(Duration.ofDays(400));

    assertThat(throttle.probability(2)).isZero();
    throttle.rejected();
    assertThat(throttle.probability(2)).isEqualTo(0.5, within(1e-9));
  }

  /** What the throttle must know, kept the slow way: each call with its second. */
  private record Seen(long second, boolean accepted) {}

  @Test
  void anyHistoryGivesWhatAPlainCountGives() {
    SplittableRandom random = new SplittableRandom(2026);
    ArrayDeque<Seen> seen = new ArrayDeque<>();
    long millis = 0;
    for (int step = 0; step < 30_000; step++) {
      long gap = random.nextInt(50) == 0 ? random.nextLong(15_000) : random.nextLong(20);
      clock.advance(Duration.ofMillis(gap));
      millis += gap;
      long second = millis / 1000;
      seen.removeIf(call -> call.second() <= second - 10);
      boolean accepted = random.nextInt(4) == 0;
      if (accepted) {
        throttle.accepted();
      } else {
        throttle.rejected();
      }
      seen.add(new Seen(second, accepted));
      if (step % 10 == 0) {
        double multiplier = 1 + random.nextDouble() * 4;
        long accepts = seen.stream().filter(Seen::accepted).count();
        double probability = throttle.probability(multiplier);
        assertThat(probability)
            .isBetween(0.0, OverloadThrottle.HIGHEST)
            .isEqualTo(OverloadThrottle.probability(seen.size(), accepts, multiplier));
      }
    }
  }
}
