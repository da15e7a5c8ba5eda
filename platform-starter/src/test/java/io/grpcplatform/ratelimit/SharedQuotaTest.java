package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What processes allow together that share one limit, in simulated time. */
final class SharedQuotaTest {

  private static final RateLimitProperties.Redis SETTINGS = RateLimitProperties.Redis.NONE;

  private final ManualClock clock = new ManualClock();
  private final Store store = new Store();

  /** Answers after two milliseconds, as a store in the same network may under load. */
  private final class Store implements TokenStore {
    private static final Duration DELAY = Duration.ofMillis(2);
    private Quota quota;
    private long over;
    private boolean there = true;
    private int comeback;
    private int settlements;

    @Override
    public boolean there() {
      return there;
    }

    @Override
    public int comeback() {
      return comeback;
    }

    @Override
    public CompletionStage<Answer> settle(String name, RateLimit limit, long used, long wanted) {
      CompletableFuture<Answer> answer = new CompletableFuture<>();
      settlements++;
      clock.schedule(() -> answer.complete(answer(limit, used, wanted)), DELAY.toNanos());
      return answer;
    }

    /** As the scripts do it; what is used too much is paid off with the tokens that come next. */
    private Answer answer(RateLimit limit, long used, long wanted) {
      long now = clock.nanoTime();
      if (quota == null) {
        quota = Turnstiles.local(limit, now);
      }
      over += used;
      while (over > 0 && quota.take(now)) {
        over--;
      }
      long granted = 0;
      while (over == 0 && granted < wanted && quota.take(now)) {
        granted++;
      }
      long left =
          over > 0
              ? 0
              : quota instanceof TokenBucket bucket
                  ? bucket.tokens(now)
                  : ((SlidingWindow) quota).left(now);
      return new Answer(granted, left, quota.waitNanos(now));
    }
  }

  private List<SharedQuota> processes(RateLimit limit, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new SharedQuota("limit", limit, store, clock, SETTINGS))
        .toList();
  }

  /** Sends each process its share of calls and returns how many it allowed. */
  private long[] run(List<SharedQuota> processes, Duration time, int... perSecond) {
    long[] allowed = new long[processes.size()];
    double[] due = new double[processes.size()];
    for (long ms = 0; ms < time.toMillis(); ms++) {
      for (int i = 0; i < allowed.length; i++) {
        due[i] += perSecond[i] / 1000.0;
        for (; due[i] >= 1; due[i]--) {
          allowed[i] += processes.get(i).take(clock.nanoTime()) ? 1 : 0;
        }
      }
      clock.advance(Duration.ofMillis(1));
    }
    return allowed;
  }

  private static long sum(long... parts) {
    return LongStream.of(parts).sum();
  }

  @ParameterizedTest
  @CsvSource({
    "200/s, 20, 500, 0, 0", "200/s, 20, 400, 150, 30", "200/s, 20, 5000, 100, 3",
    "200/s, 20, 190, 40, 10", "1000/s, 1, 900, 900, 900", "3000/m, 10, 300, 200, 100",
    "20/s, 5, 100, 10, 1"
  })
  void threeProcessesAllowTogetherWhatIsSet(
      String rate, int burst, int first, int second, int third) {
    RateLimit limit = RateLimit.of(rate).withBurst(burst);
    List<SharedQuota> processes = processes(limit, 3);

    long allowed = sum(run(processes, Duration.ofSeconds(10), first, second, third));

    double set = 10e9 / limit.parsed().nanosForOne();
    assertThat((double) allowed).isBetween(0.95 * set, 1.05 * set + burst);
  }

  @ParameterizedTest
  @CsvSource({"200/s, 400, 150, 30", "200/s, 3000, 3000, 3000", "1200/m, 50, 20, 10"})
  void aSharedWindowHoldsUpToTheCredit(String rate, int first, int second, int third) {
    RateLimit limit = RateLimit.slidingWindow(rate);
    List<SharedQuota> processes = processes(limit, 3);
    long window = limit.parsed().unit().toMillis();
    List<Long> perMilli = new ArrayList<>();

    for (int ms = 0; ms < 3 * window; ms++) {
      perMilli.add(sum(run(processes, Duration.ofMillis(1), first, second, third)));
    }

    long credit = Math.max(1, limit.parsed().amount() / 20);
    long inside = 0;
    for (int ms = 0; ms < perMilli.size(); ms++) {
      inside += perMilli.get(ms) - (ms < window ? 0 : perMilli.get((int) (ms - window)));
      assertThat(inside).isLessThanOrEqualTo(limit.parsed().amount() + 3 * credit);
    }
  }

  @Test
  void aCallInAQuietTimeIsAllowedWithoutWaitingForTheStore() {
    SharedQuota process = processes(RateLimit.of("60/m").withBurst(5), 1).get(0);

    for (int i = 0; i < 30; i++) {
      assertThat(process.take(clock.nanoTime())).isTrue();
      clock.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void aBurstIsAllowedAtOnceAndOnce() {
    List<SharedQuota> processes = processes(RateLimit.of("10/s").withBurst(50), 2);
    int allowed = 0;

    for (int i = 0; i < 80; i++) {
      allowed += processes.get(0).take(clock.nanoTime()) ? 1 : 0;
    }
    clock.advance(Duration.ofMillis(20));
    // The other process has never asked: it trusts in what a fresh limit has, then pays it back.
    for (int i = 0; i < 80; i++) {
      allowed += processes.get(1).take(clock.nanoTime()) ? 1 : 0;
    }
    assertThat(allowed).isEqualTo(100);

    long later = sum(run(processes, Duration.ofSeconds(10), 30, 30));
    assertThat(later).isBetween(45L, 52L);
  }

  @Test
  void whileTheStoreIsAwayEachProcessKeepsTheLimitAlone() {
    List<SharedQuota> processes = processes(RateLimit.of("100/s").withBurst(10), 2);
    run(processes, Duration.ofSeconds(5), 300, 300);

    store.there = false;
    long[] alone = run(processes, Duration.ofSeconds(10), 300, 300);
    store.there = true;
    store.comeback++;
    run(processes, Duration.ofSeconds(1), 300, 300);
    long together = sum(run(processes, Duration.ofSeconds(10), 300, 300));

    assertThat(alone[0]).isBetween(1000L, 1010L);
    assertThat(alone[1]).isBetween(1000L, 1010L);
    assertThat(together).isBetween(950L, 1050L);
  }

  @Test
  void theStoreIsAskedAtMostOncePerInterval() {
    List<SharedQuota> processes = processes(RateLimit.of("1000/s").withBurst(100), 1);

    run(processes, Duration.ofSeconds(10), 5_000);

    assertThat(store.settlements).isBetween(100, 501);
  }
}
