package io.grpcplatform.samples.order.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration FIRST = Duration.ofMillis(105);
  private static final Duration LONGEST = Duration.ofMillis(1_050);

  @Test
  void waitsBetweenHalfAndAllOfDoublingCeiling() {
    for (int seed = 0; seed < 200; seed++) {
      Backoff backoff = new Backoff(FIRST, LONGEST, new Random(seed));

      for (long ceiling : new long[] {105, 210, 420, 840, 1_050, 1_050}) {
        Duration all = Duration.ofMillis(ceiling);
        assertThat(backoff.next()).isBetween(all.dividedBy(2), all);
      }
    }
  }

  @Test
  void startsAnewAfterReset() {
    Backoff backoff = new Backoff(FIRST, LONGEST, new Random(7));
    backoff.next();
    backoff.next();

    backoff.reset();

    assertThat(backoff.next()).isLessThanOrEqualTo(FIRST);
  }

  @Test
  void drawsDifferentWaits() {
    Backoff one = new Backoff(FIRST, LONGEST, new Random(7));
    Backoff other = new Backoff(FIRST, LONGEST, new Random(8));

    assertThat(one.next()).isNotEqualTo(other.next());
  }
}
