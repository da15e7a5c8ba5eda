package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeadlineBudgetTest {

  private final DeadlineBudget budget = new DeadlineBudget(5, millis(2), millis(50));

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  @ParameterizedTest
  @CsvSource({"3, 2", "40, 2", "41, 2.05", "100, 5", "999, 49.95", "1000, 50", "1050, 50"})
  void keepsBackAShareBetweenTwoBounds(long remaining, double kept) {
    long reserve = budget.reserve(millis(remaining));

    assertThat(reserve).isEqualTo(Math.round(kept * 1_000_000));
    assertThat(budget.allowed(millis(remaining))).isEqualTo(millis(remaining) - reserve);
  }

  @Test
  void yearsDoNotOverflow() {
    assertThat(budget.reserve(Duration.ofDays(36_500).toNanos())).isEqualTo(millis(50));
  }

  @Test
  void lessThanTheLeastReserveIsTooShort() {
    assertThat(budget.tooShort(millis(2))).isFalse();
    assertThat(budget.tooShort(millis(2) - 1)).isTrue();
  }

  @Test
  void nothingLeftIsTooShortWithoutAnyReserve() {
    DeadlineBudget none = new DeadlineBudget(0, 0, 0);

    assertThat(none.tooShort(0)).isTrue();
    assertThat(none.tooShort(1)).isFalse();
    assertThat(none.allowed(1)).isEqualTo(1);
  }
}
