package io.grpcplatform.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.health.CheckRounds.Times;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Rounds of checks, by a clock and threads that the test owns. */
final class CheckRoundsTest {

  private final ManualClock clock = new ManualClock();
  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final List<Map<String, String>> reports = new ArrayList<>();
  private final Map<String, String> answers = new HashMap<>(Map.of("db", "up", "disk", "up"));
  private final CheckRounds<String> rounds =
      new CheckRounds<>(
          Map.of("db", answer("db"), "disk", answer("disk")),
          "down",
          new Times(Duration.ofMillis(1050).toNanos(), Duration.ofMillis(350).toNanos()),
          threads::add,
          clock,
          reports::add);

  private Supplier<String> answer(String name) {
    return () -> {
      String answer = answers.get(name);
      if (answer == null) {
        throw new IllegalStateException(name);
      }
      return answer;
    };
  }

  private void runThreads() {
    for (Runnable task = threads.poll(); task != null; task = threads.poll()) {
      task.run();
    }
  }

  @Test
  void reportsOnceAllHaveAnswered() {
    rounds.start();
    assertThat(reports).isEmpty();

    runThreads();

    assertThat(reports).containsExactly(Map.of("db", "up", "disk", "up"));
  }

  @Test
  void asksAgainAfterTheInterval() {
    rounds.start();
    runThreads();
    answers.put("db", "ill");

    clock.advance(Duration.ofMillis(1049));
    assertThat(threads).isEmpty();
    clock.advance(Duration.ofMillis(1));
    runThreads();

    assertThat(reports).hasSize(2);
    assertThat(reports.get(1)).containsEntry("db", "ill").containsEntry("disk", "up");
  }

  @Test
  void slowCheckCountsAsUnansweredAndHoldsNobodyUp() {
    rounds.start();
    Runnable one = threads.remove();
    threads.remove().run();

    clock.advance(Duration.ofMillis(349));
    assertThat(reports).isEmpty();
    clock.advance(Duration.ofMillis(1));

    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).values()).containsExactlyInAnyOrder("up", "down");
    one.run();
    assertThat(reports).hasSize(1);
  }

  @Test
  void checkThatIsStillAtItIsNotAskedTwice() {
    rounds.start();
    Runnable stuck = threads.remove();
    threads.remove().run();

    clock.advance(Duration.ofMillis(350));
    clock.advance(Duration.ofMillis(1050));

    assertThat(threads).hasSize(1);
    runThreads();
    clock.advance(Duration.ofMillis(350));
    assertThat(reports.get(1)).containsValue("down");

    stuck.run();
    clock.advance(Duration.ofMillis(1050));
    assertThat(threads).hasSize(2);
    runThreads();
    assertThat(reports.get(2)).doesNotContainValue("down");
  }

  @Test
  void failingCheckCountsAsUnanswered() {
    answers.remove("db");

    rounds.start();
    runThreads();

    assertThat(reports).containsExactly(Map.of("db", "down", "disk", "up"));
  }

  @Test
  void stoppedRoundsSayNothingMore() {
    rounds.start();
    rounds.stop();

    runThreads();
    clock.advance(Duration.ofMinutes(1));

    assertThat(reports).isEmpty();
    assertThat(threads).isEmpty();
    assertThat(clock.waiting()).isZero();
  }
}
