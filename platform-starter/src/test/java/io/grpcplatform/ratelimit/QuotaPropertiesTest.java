package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What holds of the quotas whatever time does and whoever asks. */
final class QuotaPropertiesTest {

  private static final long START = 1_000_000_007L;

  /**
   * Time passes; then one is asked for, or the {@code back}-th that is still held is given back.
   */
  private record Step(long nanos, int back) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    // Often nothing passes, sometimes hours as a token sees it.
    Arbitrary<Long> nanos =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(4, Arbitraries.just(0L)),
            net.jqwik.api.Tuple.of(6, Arbitraries.longs().between(1, 300)),
            net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(300, 50_000)));
    Arbitrary<Integer> back = Arbitraries.integers().between(-6, 3);
    return Combinators.combine(nanos, back).as(Step::new).list().ofMaxSize(250);
  }

  /** Runs the steps; the grants that were not given back, each at its time. */
  private static final class Run {
    final List<Long> granted = new ArrayList<>();
    private final List<Long> receipts = new ArrayList<>();
    private final Quota quota;
    long now = START;

    Run(Quota quota) {
      this.quota = quota;
    }

    /** Whether this step granted one. */
    boolean step(Step step) {
      now += step.nanos();
      if (step.back() >= 0) {
        if (step.back() < granted.size()) {
          quota.giveBack(receipts.remove(step.back()), now);
          granted.remove(step.back());
        }
        return false;
      }
      if (!quota.take(now)) {
        return false;
      }
      granted.add(now);
      receipts.add(quota.receipt(now));
      return true;
    }
  }

  @Property(seed = "20261121", tries = 600)
  void tokensStayBetweenNoneAndTheBurst(
      @ForAll @LongRange(min = 1, max = 400) long nanosForOne,
      @ForAll @IntRange(min = 1, max = 40) int burst,
      @ForAll("steps") List<Step> steps) {
    TokenBucket bucket = new TokenBucket(nanosForOne, burst, START);
    Run run = new Run(bucket);

    for (Step step : steps) {
      run.step(step);

      assertThat(bucket.tokens(run.now)).isBetween(0L, (long) burst);
    }
  }

  @Property(seed = "20261121", tries = 600)
  void noWindowHasMoreThanRateTimesTimeAndTheBurst(
      @ForAll @LongRange(min = 1, max = 400) long nanosForOne,
      @ForAll @IntRange(min = 1, max = 40) int burst,
      @ForAll("steps") List<Step> steps) {
    Run run = new Run(new TokenBucket(nanosForOne, burst, START));

    for (Step step : steps) {
      if (run.step(step)) {
        int held = run.granted.size();
        for (int first = 0; first < held; first++) {
          long time = run.now - run.granted.get(first);
          assertThat((held - first) * nanosForOne).isLessThanOrEqualTo(burst * nanosForOne + time);
        }
      }
    }
  }

  @Property(seed = "20261121", tries = 300)
  void anotherTokenBucketDecidesTheSame(
      @ForAll @LongRange(min = 1, max = 400) long nanosForOne,
      @ForAll @IntRange(min = 1, max = 40) int burst,
      @ForAll("steps") List<Step> steps) {
    long[] now = {START};
    Bucket theirs =
        Bucket.builder()
            .addLimit(limit -> limit.capacity(burst).refillGreedy(1, Duration.ofNanos(nanosForOne)))
            .withCustomTimePrecision(
                new TimeMeter() {
                  @Override
                  public long currentTimeNanos() {
                    return now[0];
                  }

                  @Override
                  public boolean isWallClockBased() {
                    return false;
                  }
                })
            .withSynchronizationStrategy(SynchronizationStrategy.NONE)
            .build();
    TokenBucket ours = new TokenBucket(nanosForOne, burst, START);

    for (Step step : steps) {
      now[0] += step.nanos();

      assertThat(ours.take(now[0])).isEqualTo(theirs.tryConsume(1));
      assertThat(ours.tokens(now[0])).isEqualTo(theirs.getAvailableTokens());
    }
  }

  @Property(seed = "20261121", tries = 600)
  void noSlidingWindowHasMoreThanItsAmount(
      @ForAll @IntRange(min = 1, max = 40) int amount,
      @ForAll @LongRange(min = 1, max = 20_000) long window,
      @ForAll("steps") List<Step> steps) {
    Run run = new Run(new SlidingWindow(amount, window, START));

    for (Step step : steps) {
      if (run.step(step)) {
        long inside = run.granted.stream().filter(at -> at > run.now - window).count();
        assertThat(inside).isLessThanOrEqualTo(amount);
      }
    }
  }

  @Property(seed = "20261121", tries = 300)
  void aSlidingWindowIsOpenAgainSoonAfterIt(
      @ForAll @IntRange(min = 1, max = 40) int amount,
      @ForAll @LongRange(min = 60, max = 20_000) long window,
      @ForAll("steps") List<Step> steps) {
    SlidingWindow quota = new SlidingWindow(amount, window, START);
    Run run = new Run(quota);
    steps.forEach(run::step);

    // A slot is a sixtieth, rounded up.
    long slot = (window + SlidingWindow.SLOTS - 1) / SlidingWindow.SLOTS;

    assertThat(quota.left(run.now + (SlidingWindow.SLOTS + 1) * slot)).isEqualTo(amount);
  }

  @Property(seed = "20261121", tries = 600)
  void theWaitIsNeitherTooShortNorTooLong(
      @ForAll boolean window,
      @ForAll @IntRange(min = 1, max = 40) int burst,
      @ForAll @LongRange(min = 1, max = 400) long nanos,
      @ForAll("steps") List<Step> steps) {
    Quota quota =
        window
            ? new SlidingWindow(burst, nanos * burst, START)
            : new TokenBucket(nanos, burst, START);
    Run run = new Run(quota);
    steps.forEach(run::step);

    long wait = quota.waitNanos(run.now);

    if (wait > 0) {
      assertThat(quota.take(run.now + wait - 1)).isFalse();
    }
    assertThat(quota.take(run.now + wait)).isTrue();
  }

  @Property(seed = "20261121", tries = 600)
  void aChangedRateNeverRefills(
      @ForAll @IntRange(min = 1, max = 10_000) int before,
      @ForAll @IntRange(min = 1, max = 10_000) int after,
      @ForAll @IntRange(min = 1, max = 40) int burst,
      @ForAll @IntRange(min = 1, max = 40) int nextBurst,
      @ForAll @IntRange(min = 0, max = 40) int taken) {
    TokenBucket bucket = new TokenBucket(RateLimit.of(before + "/s").withBurst(burst), START);
    for (int i = 0; i < taken; i++) {
      bucket.take(START);
    }
    double share = (double) bucket.tokens(START) / burst;

    bucket.retune(RateLimit.of(after + "/s").withBurst(nextBurst), START);

    assertThat((double) bucket.tokens(START))
        .isBetween(Math.floor(share * nextBurst) - 1, share * nextBurst + 1e-6);
  }

  @Property(seed = "20261121", tries = 200)
  void aChangedWindowNeverRefills(
      @ForAll @IntRange(min = 1, max = 100) int before,
      @ForAll @IntRange(min = 1, max = 100) int after,
      @ForAll boolean longer,
      @ForAll @IntRange(min = 0, max = 100) int taken) {
    SlidingWindow window = new SlidingWindow(RateLimit.slidingWindow(before + "/s"), START);
    int used = 0;
    for (int i = 0; i < taken; i++) {
      used += window.take(START) ? 1 : 0;
    }

    window.retune(RateLimit.slidingWindow(after + (longer ? "/m" : "/s")), START);

    long most = longer ? after - (long) after * used / before : Math.max(0, after - used);
    assertThat(window.left(START)).isLessThanOrEqualTo(most).isGreaterThanOrEqualTo(most - 1);
  }
}
