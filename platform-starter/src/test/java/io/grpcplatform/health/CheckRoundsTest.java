package io.grpcplatform.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  private Map<String, Supplier<String>> questions =
      Map.of("db", answer("db"), "disk", answer("disk"));
  private final CheckRounds<String> rounds =
      new CheckRounds<>(
          () -> questions,
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

  /** The questions of a later round are asked for in a thread, too. */
  private void beginNext() {
    clock.advance(Duration.ofMillis(1050));
    threads.remove().run();
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
    beginNext();

    assertThat(threads).hasSize(1);
    runThreads();
    clock.advance(Duration.ofMillis(350));
    assertThat(reports.get(1)).containsValue("down");

    stuck.run();
    beginNext();
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

  @Test
  void checksComeAndGoBetweenTwoRounds() {
    questions = Map.of();
    rounds.start();
    assertThat(reports).containsExactly(Map.of());

    questions = Map.of("db", answer("db"));
    beginNext();
    runThreads();
    questions = Map.of("disk", answer("disk"));
    beginNext();
    runThreads();

    assertThat(reports).containsExactly(Map.of(), Map.of("db", "up"), Map.of("disk", "up"));
  }

  @Test
  void listThatFailsIsAskedForAgain() {
    CheckRounds<String> failing =
        new CheckRounds<>(
            () -> {
              if (reports.isEmpty()) {
                throw new IllegalStateException();
              }
              return questions;
            },
            "down",
            new Times(Duration.ofMillis(1050).toNanos(), Duration.ofMillis(350).toNanos()),
            threads::add,
            clock,
            reports::add);

    failing.start();
    beginNext();
    runThreads();

    assertThat(reports).containsExactly(Map.of(), Map.of("db", "up", "disk", "up"));
  }

  @Test
  void reportThatFailsDoesNotEndTheRounds() {
    Queue<String> heard = new ArrayDeque<>();
    CheckRounds<String> told =
        new CheckRounds<>(
            () -> Map.of(),
            "down",
            new Times(Duration.ofMillis(1050).toNanos(), Duration.ofMillis(350).toNanos()),
            Runnable::run,
            clock,
            answers -> {
              heard.add("report");
              throw new IllegalStateException();
            });

    assertThatThrownBy(told::start).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> clock.advance(Duration.ofMillis(1050)))
        .isInstanceOf(IllegalStateException.class);

    assertThat(heard).hasSize(2);
  }
}
