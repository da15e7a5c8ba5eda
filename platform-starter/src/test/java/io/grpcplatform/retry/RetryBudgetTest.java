package io.grpcplatform.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.Refusal;
import io.grpcplatform.retry.RetryProperties.Budget;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RetryBudgetTest {

  private final RetryBudget budget = new RetryBudget(() -> new Budget(10, 0.1, 20, 3));

  @Test
  void letsThreeRetryHoweverFewAreInFlight() {
    calls(1);

    assertThat(IntStream.range(0, 4).mapToObj(i -> budget.tryAcquire()))
        .containsExactly(true, true, true, false);
  }

  @Test
  void letsAFifthOfTheCallsInFlightRetry() {
    calls(29);

    long granted = IntStream.range(0, 29).filter(i -> budget.tryAcquire()).count();

    assertThat(granted).isEqualTo(5);
  }

  @Test
  void anEndedRetryMakesRoomForAnother() {
    calls(1);
    while (budget.tryAcquire()) {}

    budget.callEnded(true);

    assertThat(budget.tryAcquire()).isTrue();
    assertThat(budget.tryAcquire()).isFalse();
  }

  @Test
  void endedCallsShrinkTheShare() {
    calls(100);

    IntStream.range(0, 50).forEach(i -> budget.callEnded(false));

    assertThat(budget.limit()).isEqualTo(10);
  }

  @Test
  void retriesThatDidNotAskAreCountedToo() {
    calls(1);
    IntStream.range(0, 4).forEach(i -> budget.acquire());

    boolean granted = budget.tryAcquire();

    assertThat(granted).isFalse();
    assertThat(budget.retrying()).isEqualTo(4);
  }

  @Test
  void theRefusalNamesWhatWasSeenAndTheProperty() {
    calls(100);
    IntStream.range(0, 20).forEach(i -> budget.acquire());

    Refusal refusal = budget.refusal("UNAVAILABLE: backend down");

    assertThat(refusal.reason()).isEqualTo(Refusal.Reason.RETRY_BUDGET_EXHAUSTED);
    assertThat(refusal)
        .hasMessage(
            "UNAVAILABLE: backend down; not tried again, because 20 calls are in a retry and 20 may"
                + " be (platform.retry.budget.percent, platform.retry.budget.min-concurrent)");
  }

  private void calls(int number) {
    IntStream.range(0, number).forEach(i -> budget.callBegan());
  }
}
