package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class QueueWaitTest {

  private static final long MS = 1_000_000;

  private final QueueWait wait = new QueueWait();
  // The clock runs over its largest number in each test.
  private long start;

  @BeforeEach
  void start() {
    start = Long.MAX_VALUE - 3 * MS;
  }

  private boolean tooLongAt(long millis) {
    return wait.tooLong(false, start + millis * MS);
  }

  @Test
  void longWaitsForTooShortATimeAreNothing() {
    for (long at = 0; at < 99; at += 9) {
      wait.began(11 * MS, start + at * MS);
    }

    assertThat(tooLongAt(98)).isFalse();
  }

  @Test
  void longWaitsForAHundredMillisecondsCount() {
    for (long at = 0; at <= 102; at += 3) {
      wait.began(11 * MS, start + at * MS);
    }

    assertThat(tooLongAt(102)).isTrue();
  }

  @Test
  void oneShortWaitAmongThemBeginsAnew() {
    for (long at = 0; at <= 198; at += 3) {
      wait.began((at == 99 ? 10 : 11) * MS, start + at * MS);
    }

    assertThat(tooLongAt(198)).isFalse();
  }

  @Test
  void oneCallThatWaitedLongEnoughIsProof() {
    wait.began(110 * MS, start);

    assertThat(tooLongAt(0)).isTrue();
  }

  @Test
  void oneSlowMessageIsNoProof() {
    wait.received(30_000 * MS, start);

    assertThat(tooLongAt(0)).isFalse();
  }

  @Test
  void itHoldsForASecondOfQuiet() {
    wait.began(110 * MS, start);

    assertThat(tooLongAt(999)).isTrue();
    assertThat(tooLongAt(1_000)).isFalse();
    assertThat(tooLongAt(1_001)).as("until waits are long again").isFalse();
  }

  @Test
  void aFullServerKeepsItUp() {
    wait.began(110 * MS, start);
    assertThat(wait.tooLong(true, start + 950 * MS)).isTrue();

    assertThat(tooLongAt(1_940)).isTrue();
    assertThat(tooLongAt(1_950)).isFalse();
  }
}
