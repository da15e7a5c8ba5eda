package io.grpcplatform.health;

import io.grpcplatform.CallClock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks questions round after round, those that there are when a round begins, each in a thread of
 * its own and no longer than a timeout. One that is still at it when its next round comes is not
 * asked twice.
 *
 * <p>Threading: safe. Reports come one at a time, on whichever thread ends a round; they must not
 * block.
 *
 * @param <T> what an answer is
 */
final class CheckRounds<T> {

  private static final Logger log = LoggerFactory.getLogger(CheckRounds.class);

  private final Supplier<Map<String, Supplier<T>>> questions;
  private final T unanswered;
  private final Times times;
  private final Executor executor;
  private final CallClock clock;
  private final Consumer<Map<String, T>> report;
  private final Set<String> busy = new HashSet<>();
  private final Set<String> awaited = new HashSet<>();
  private final Map<String, T> answers = new HashMap<>();
  private Runnable timer = () -> {};
  private long round;
  private boolean stopped = true;

  /**
   * When is asked.
   *
   * @param interval from the end of a round to the next, in nanoseconds
   * @param timeout of one answer, in nanoseconds
   */
  record Times(long interval, long timeout) {}

  /**
   * Rounds that have not started.
   *
   * @param questions the checks by name; asked for at the beginning of each round, the first time
   *     by whoever starts, later in a thread of the executor
   * @param unanswered what counts as the answer of a check that fails or takes too long
   * @param report hears all answers of each round, by name
   */
  CheckRounds(
      Supplier<Map<String, Supplier<T>>> questions,
      T unanswered,
      Times times,
      Executor executor,
      CallClock clock,
      Consumer<Map<String, T>> report) {
    this.questions = questions;
    this.unanswered = unanswered;
    this.times = times;
    this.executor = executor;
    this.clock = clock;
    this.report = report;
  }

  void start() {
    synchronized (this) {
      stopped = false;
    }
    ask();
  }

  /** Asks no more, and reports nothing that is still on its way. */
  synchronized void stop() {
    stopped = true;
    round++;
    timer.run();
  }

  /** Runs on the clock's thread, which has no time for the questions. */
  private synchronized void next() {
    if (!stopped) {
      executor.execute(this::ask);
    }
  }

  private void ask() {
    Map<String, Supplier<T>> checks = Map.of();
    try {
      checks = questions.get();
    } catch (RuntimeException | Error failed) {
      log.warn("The health checks cannot be listed", failed);
    } finally {
      ask(checks);
    }
  }

  private synchronized void ask(Map<String, Supplier<T>> checks) {
    if (stopped) {
      return;
    }
    long now = ++round;
    answers.clear();
    awaited.clear();
    awaited.addAll(checks.keySet());
    timer = clock.schedule(() -> timeUp(now), times.timeout());
    checks.forEach(
        (name, check) -> {
          if (busy.add(name)) {
            start(name, check, now);
          }
        });
    if (awaited.isEmpty()) {
      end();
    }
  }

  /** One that cannot even begin is unanswered when the time is up, and is asked again after it. */
  private void start(String name, Supplier<T> check, long now) {
    boolean begun = false;
    try {
      executor.execute(() -> ask(name, check, now));
      begun = true;
    } finally {
      if (!begun) {
        busy.remove(name);
      }
    }
  }

  private void ask(String name, Supplier<T> check, long asked) {
    T answer = unanswered;
    try {
      answer = check.get();
    } catch (RuntimeException | Error failed) {
      log.debug("The health check {} failed", name, failed);
    } finally {
      answered(name, asked, answer);
    }
  }

  private synchronized void answered(String name, long asked, T answer) {
    busy.remove(name);
    // An answer that comes too late says how it was then: the next round asks again.
    if (asked == round && awaited.remove(name)) {
      answers.put(name, answer);
      if (awaited.isEmpty()) {
        end();
      }
    }
  }

  private synchronized void timeUp(long asked) {
    if (asked == round && !awaited.isEmpty()) {
      awaited.forEach(name -> answers.put(name, unanswered));
      awaited.clear();
      end();
    }
  }

  private void end() {
    timer.run();
    try {
      report.accept(Map.copyOf(answers));
    } finally {
      // Not before: the next round may have other questions.
      timer = clock.schedule(this::next, times.interval());
    }
  }
}
