package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arithmetic of the limit, the baseline and the CPU account, on time of the test's own. */
final class PoliciesTest {

  private static final long MS = 1_000_000;

  @ParameterizedTest
  @EnumSource
  void noSamplesDriveTheLimitOutOfBounds(AdaptiveLimit.Algorithm algorithm) {
    for (long seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int max = random.nextInt(1, 50);
      AdaptiveLimit limit = AdaptiveLimit.of(algorithm, random.nextInt(1, max + 1), max);

      for (int i = 0; i < 2_000; i++) {
        long fastest = random.nextLong(1_000, 50 * MS);
        limit.sample(random.nextLong(0, 5_000 * MS), fastest, random.nextInt(1, 2 * max + 1));

        assertThat(limit.calls()).as("%s, seed %d", algorithm, seed).isBetween(1, max);
      }
    }
  }

  @Test
  void vegasGrowsWhileNothingQueuesAndShrinksWhenCallsDo() {
    AdaptiveLimit limit = AdaptiveLimit.of(AdaptiveLimit.Algorithm.VEGAS, 20, 200);

    for (int i = 0; i < 50; i++) {
      limit.sample(50 * MS, 50 * MS, limit.calls());
    }
    int atRest = limit.calls();
    for (int i = 0; i < 500; i++) {
      limit.sample(500 * MS, 50 * MS, limit.calls());
    }

    assertThat(atRest).isGreaterThan(100);
    assertThat(limit.calls()).isLessThan(20);
  }

  @Test
  void methodsOfAnyLengthSpeakToOneLimit() {
    AdaptiveLimit limit = AdaptiveLimit.of(AdaptiveLimit.Algorithm.VEGAS, 20, 200);

    for (int i = 0; i < 200; i++) {
      limit.sample(MS, MS, limit.calls());
      limit.sample(900 * MS, 900 * MS, limit.calls());
    }

    assertThat(limit.calls()).isGreaterThan(100);
  }

  @Test
  void theFastestTimeIsForgottenAfterAMinute() {
    Fastest fastest = new Fastest();
    long now = Long.MAX_VALUE - 5 * MS;

    assertThat(fastest.note(40 * MS, now)).isEqualTo(40 * MS);
    assertThat(fastest.note(70 * MS, now + MS)).isEqualTo(40 * MS);
    assertThat(fastest.note(70 * MS, now + Duration.ofSeconds(31).toNanos())).isEqualTo(40 * MS);
    assertThat(fastest.note(80 * MS, now + Duration.ofSeconds(62).toNanos())).isEqualTo(70 * MS);
    assertThat(fastest.note(0, now + Duration.ofSeconds(63).toNanos())).isEqualTo(1_000);
  }

  @Test
  void cpuUseIsTheProcessesShareOfAllProcessors() {
    AtomicLong used = new AtomicLong(7 * MS);
    CpuUse cpu = new CpuUse(used::get, 4, 0);

    used.addAndGet(700 * MS);
    assertThat(cpu.share(199 * MS)).as("not measured yet").isZero();
    assertThat(cpu.share(200 * MS)).isEqualTo(0.875);

    used.addAndGet(400 * MS);
    assertThat(cpu.share(400 * MS)).isEqualTo(0.5);
  }

  @Test
  void cpuUseThatCannotBeToldIsNone() {
    CpuUse cpu = new CpuUse(() -> -1, 4, 0);

    assertThat(cpu.share(1_000 * MS)).isZero();
  }

  @Test
  void thisProcessHasAnAccountOfItsCpu() {
    CpuUse cpu = CpuUse.ofProcess(System.nanoTime() - Duration.ofSeconds(1).toNanos());

    assertThat(cpu.share(System.nanoTime())).isBetween(0.0, 1.5);
  }

  @Test
  void wordsOnTheWireNamePriorities() {
    for (Priority priority : Priority.values()) {
      assertThat(Optional.ofNullable(Priority.of(priority.word()))).contains(priority);
    }
    assertThat(Priority.of("Critical")).isNull();
    assertThat(Priority.of(null)).isNull();
  }
}
