package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds of every budget, for whatever times and settings. */
final class DeadlineArithmeticTest {

  private static final int TRIES = 2_000;
  private static final String SEED = "20261121";

  @Provide
  Arbitrary<DeadlineBudget> budgets() {
    Arbitrary<Long> bounds = Arbitraries.longs().greaterOrEqual(0);
    return Combinators.combine(Arbitraries.integers().between(0, 90), bounds, bounds)
        .as((percent, a, b) -> new DeadlineBudget(percent, Math.min(a, b), Math.max(a, b)));
  }

  @Property(tries = TRIES, seed = SEED)
  void theReserveStaysBetweenItsBounds(
      @ForAll("budgets") DeadlineBudget budget, @ForAll long remaining) {
    assertThat(budget.reserve(remaining)).isBetween(budget.min(), budget.max());
  }

  @Property(tries = TRIES, seed = SEED)
  void whatACallMaySpendIsNeverNegativeNorMore(
      @ForAll("budgets") DeadlineBudget budget, @ForAll long remaining) {
    assertThat(budget.allowed(remaining)).isBetween(0L, Math.max(0, remaining));
  }

  @Property(tries = TRIES, seed = SEED)
  void nothingGrowsAlongAChain(
      @ForAll("budgets") DeadlineBudget budget,
      @ForAll long first,
      @ForAll @IntRange(min = 1, max = 20) int hops) {
    long left = first;
    for (int hop = 0; hop < hops; hop++) {
      long next = budget.allowed(left);
      assertThat(next).isBetween(0L, Math.max(0, left));
      left = next;
    }
  }

  @Property(tries = TRIES, seed = SEED)
  void partsOfASplitNeverExceedTheWhole(
      @ForAll long whole, @ForAll @IntRange(min = 1, max = 1_000) int calls) {
    // Each call spends all that it was given.
    long left = Math.max(0, whole);
    for (int call = 1; call <= calls; call++) {
      long share = DeadlineBudget.share(left, call, calls);
      assertThat(share).isBetween(0L, left);
      left -= share;
    }

    assertThat(left).as("the last call may take all").isZero();
  }

  @Property(tries = TRIES, seed = SEED)
  void whatOneCallLeavesOverGoesToTheNext(
      @ForAll long whole, @ForAll @IntRange(min = 2, max = Integer.MAX_VALUE) int calls) {
    long first = DeadlineBudget.share(whole, 1, calls);
    long unspent = DeadlineBudget.share(whole, 2, calls);

    assertThat(unspent).isGreaterThanOrEqualTo(first).isLessThanOrEqualTo(Math.max(0, whole));
  }
}
