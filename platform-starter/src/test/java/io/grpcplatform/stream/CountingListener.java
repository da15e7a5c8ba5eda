package io.grpcplatform.stream;

import io.grpc.Status;
import io.grpcplatform.test.v1.NumberedResponse;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Hears a session: checks its answers, and says when something has happened to it. Every
 * two-thousandth answer is not handled when it comes for the first time.
 */
final class CountingListener implements SessionListener<NumberedResponse> {

  private static final int REFUSED_ONCE = 2003;
  private static final int HANDLED_ELSEWHERE = 7;

  private final OnceInOrder check;
  private final Map<String, Integer> cuts = new TreeMap<>();
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private int answers;
  private int opened;
  private int cut;
  private int refused;
  private Status ended = Status.UNKNOWN;

  private record Waiting(int answers, int opened, int cut, CompletableFuture<Void> reached) {}

  CountingListener(int expected) {
    this.check = new OnceInOrder(expected);
  }

  @Override
  public CompletionStage<?> answer(NumberedResponse answer) {
    int number = Integer.parseInt(answer.getText());
    synchronized (this) {
      if (number % REFUSED_ONCE == 0 && refused < number) {
        refused = number;
        throw new IllegalStateException("not this time: " + number);
      }
    }
    if (number % HANDLED_ELSEWHERE == 0) {
      return CompletableFuture.runAsync(() -> handled(number));
    }
    handled(number);
    return CompletableFuture.completedStage(null);
  }

  private synchronized void handled(int number) {
    check.accept(number);
    answers++;
    tell();
  }

  @Override
  public synchronized void opened() {
    opened++;
    tell();
  }

  @Override
  public synchronized void cut(Status status) {
    cut++;
    cuts.merge(status.getCode().name(), 1, Integer::sum);
    tell();
  }

  @Override
  public synchronized void ended(Status status) {
    ended = status;
    // Nobody is to wait for what cannot come any more.
    waiting.forEach(
        one ->
            one.reached.completeExceptionally(
                new IllegalStateException("the session ended: " + status)));
  }

  private void tell() {
    waiting.removeIf(
        one ->
            answers >= one.answers
                && opened >= one.opened
                && cut >= one.cut
                && one.reached.complete(null));
  }

  private synchronized CompletableFuture<Void> when(int answers, int opened, int cut) {
    Waiting one = new Waiting(answers, opened, cut, new CompletableFuture<>());
    waiting.add(one);
    tell();
    return one.reached;
  }

  /** Done when that many answers have been handled. */
  CompletableFuture<Void> whenAnswered(int answers) {
    return when(answers, 0, 0);
  }

  /** Done when the session has had that many streams. */
  CompletableFuture<Void> whenOpened(int streams) {
    return when(0, streams, 0);
  }

  /** Done when it has lost that many. */
  CompletableFuture<Void> whenCut(int streams) {
    return when(0, 0, streams);
  }

  synchronized int answered() {
    return answers;
  }

  synchronized int timesOpened() {
    return opened;
  }

  synchronized int timesCut() {
    return cut;
  }

  /** How often streams ended, by status. */
  synchronized Map<String, Integer> cuts() {
    return new TreeMap<>(cuts);
  }

  synchronized String verdict() {
    return check.verdict();
  }

  synchronized Status ended() {
    return ended;
  }
}
