package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.loadshedding.AdaptiveLimit.Algorithm;
import io.grpcplatform.loadshedding.LoadGate.Rules;
import io.grpcplatform.loadshedding.LoadGate.Shares;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What holds of the arithmetic for all numbers. */
final class LoadPropertiesTest {

  private static final String SEED = "20261121";
  private static final long BUSY = 500_000_000;
  private static final long HOUR = 3_600_000_000_000L;

  /** One call as a limit learns from it, and sometimes a change of the settings before it. */
  record Sample(
      long took, long fastest, int inFlight, Algorithm algorithm, int max, boolean change) {}

  @Provide
  Arbitrary<List<Sample>> samples() {
    return Combinators.combine(
            Arbitraries.longs().between(-1, HOUR),
            Arbitraries.longs().between(1_000, HOUR),
            Arbitraries.integers().between(0, 100_000),
            Arbitraries.of(Algorithm.class),
            Arbitraries.integers().between(1, 2_000),
            Arbitraries.integers().between(0, 9).map(tenth -> tenth == 0))
        .as(Sample::new)
        .list()
        .ofMaxSize(300);
  }

  @Property(tries = 400, seed = SEED)
  void noSamplesAndChangesDriveTheLimitOutOfBounds(
      @ForAll Algorithm algorithm,
      @ForAll @IntRange(min = 1, max = 2_000) int max,
      @ForAll("samples") List<Sample> samples) {
    int bound = max;
    AdaptiveLimit limit = AdaptiveLimit.of(algorithm, 1 + max / 2, max);
    for (Sample sample : samples) {
      if (sample.change()) {
        bound = sample.max();
        limit = limit.under(sample.algorithm(), 1 + bound / 3, bound);
      }

      limit.sample(sample.took(), sample.fastest(), sample.inFlight());

      assertThat(limit.calls()).isBetween(1, bound);
    }
  }

  /** Whether a gate at a fixed limit, whose threads are busy, lets such a call in. */
  private static boolean letsIn(Shares shares, int max, long units, Priority priority) {
    LoadGate gate =
        new LoadGate(
            new Rules(AdaptiveLimit.of(Algorithm.FIXED, max, max), shares, Mode.ENFORCE),
            new CpuUse(() -> 0, 1, 0));
    gate.add((int) units);
    return !gate.shedsNew(priority, false, BUSY, BUSY);
  }

  @Property(tries = 500, seed = SEED)
  void theMoreImportantIsNeverShedBeforeTheLess(
      @ForAll("shares") Shares shares,
      @ForAll @IntRange(min = 1, max = 2_000) int max,
      @ForAll @LongRange(min = 0, max = 10_000_000) long units) {
    List<Priority> mostImportantFirst = List.of(Priority.values());
    boolean below = false;
    for (int rank = mostImportantFirst.size() - 1; rank >= 0; rank--) {
      boolean let = letsIn(shares, max, units, mostImportantFirst.get(rank));

      assertThat(let || !below).as("rank %d", rank).isTrue();
      below = let;
    }
  }

  @Property(tries = 500, seed = SEED)
  void whoIsShedWithLessInFlightIsShedWithMore(
      @ForAll Priority priority,
      @ForAll @IntRange(min = 1, max = 2_000) int max,
      @ForAll @LongRange(min = 0, max = 10_000_000) long units,
      @ForAll @LongRange(min = 0, max = 10_000_000) long more) {
    boolean let = letsIn(Shares.USUAL, max, units, priority);
    boolean letWithMore = letsIn(Shares.USUAL, max, units + more, priority);

    assertThat(let || !letWithMore).isTrue();
    assertThat(letsIn(Shares.USUAL, max, 0, priority)).as("an empty server").isTrue();
  }

  @Provide
  Arbitrary<Shares> shares() {
    return Arbitraries.integers()
        .between(1, 1_000)
        .list()
        .ofSize(4)
        .map(
            percents -> {
              List<Integer> sorted = percents.stream().sorted().toList();
              return new Shares(sorted.get(3), sorted.get(2), sorted.get(1), sorted.get(0));
            });
  }

  /**
   * What a stream's handler does: 0 takes a message, 1 answers, others ask for that many less 1.
   */
  @Property(tries = 500, seed = SEED)
  void messagesInWorkAreNeverNegativeNorMoreThanCame(
      @ForAll boolean bidirectional, @ForAll List<@IntRange(min = 0, max = 1_100) Integer> doings) {
    MessagesInWork messages = new MessagesInWork(bidirectional);
    int came = 0;
    for (int doing : doings) {
      switch (doing) {
        case 0 -> {
          messages.received();
          came++;
        }
        case 1 -> messages.sent();
        default -> messages.asked(doing - 1);
      }

      assertThat(messages.count()).isBetween(0, bidirectional ? came : Math.min(1, came));
    }
  }

  @Property(tries = 300, seed = SEED)
  void aHandlerThatPacesItselfIsNeverCountedBeyondItsPace(
      @ForAll @IntRange(min = 1, max = 50) int window, @ForAll List<Boolean> answered) {
    MessagesInWork messages = new MessagesInWork(true);
    messages.asked(window);
    int credit = window;
    int open = 0;
    for (boolean answer : answered) {
      if (credit > 0) {
        credit--;
        open++;
        messages.received();
      } else {
        open--;
        if (answer) {
          messages.sent();
        }
        credit++;
        messages.asked(1);
      }

      assertThat(messages.count()).isEqualTo(open);
    }
  }
}
