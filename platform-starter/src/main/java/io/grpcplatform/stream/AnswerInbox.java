package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpcplatform.v1.Position;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the listener of a client's session is to hear, one thing at a time: answers, each once, and
 * what happens to its streams in between.
 *
 * <p>Threading: called in the session's order; tells on the executor.
 */
final class AnswerInbox<R extends Message> {

  private static final Comparator<Position> ORDER =
      Comparator.comparingLong(Position::getMessage).thenComparingLong(Position::getAnswer);

  /** Hears, in the session's order, what the listener has done. */
  interface Told {
    void handled();

    void failed(Throwable failure);
  }

  private interface Telling {
    @Nullable CompletionStage<?> tell();
  }

  private record Entry(@Nullable Position position, Telling telling) {}

  private final Executor order;
  private final Executor executor;
  private final SessionListener<R> listener;
  private final Told told;
  private final Queue<Entry> queue = new ArrayDeque<>();
  private Position accepted = Position.getDefaultInstance();
  private Position handled = Position.getDefaultInstance();
  private int answers;
  private boolean telling;

  AnswerInbox(Executor order, Executor executor, SessionListener<R> listener, Told told) {
    this.order = order;
    this.executor = executor;
    this.listener = listener;
    this.told = told;
  }

  static boolean after(Position one, Position other) {
    return ORDER.compare(one, other) > 0;
  }

  /** Takes an answer, unless it was taken before. */
  boolean offer(Position position, R answer) {
    if (!after(position, accepted)) {
      return false;
    }
    accepted = position;
    answers++;
    queue.add(new Entry(position, () -> listener.answer(answer)));
    tellNext();
    return true;
  }

  /** Tells this after what has come before it. */
  void notice(Runnable telling) {
    queue.add(
        new Entry(
            null,
            () -> {
              telling.run();
              return CompletableFuture.completedFuture(null);
            }));
    tellNext();
  }

  /** The last answer whose handling is done. */
  Position handled() {
    return handled;
  }

  /** How many answers are here, with the one that is being handled. */
  int answers() {
    return answers;
  }

  /** Forgets the answers that were not told; they may come again. */
  void forget() {
    int before = queue.size();
    queue.removeIf(entry -> entry.position() != null);
    answers -= before - queue.size();
    accepted = handled;
  }

  private void tellNext() {
    Entry next = telling ? null : queue.poll();
    if (next != null) {
      telling = true;
      executor.execute(() -> tell(next));
    }
  }

  private void tell(Entry entry) {
    try {
      CompletionStage<?> stage = entry.telling().tell();
      if (stage == null) {
        throw new NullPointerException("The listener returned null (expected: a stage)");
      }
      stage.whenComplete((nothing, failure) -> order.execute(() -> done(entry, failure)));
    } catch (RuntimeException | Error failure) {
      order.execute(() -> done(entry, failure));
    }
  }

  private void done(Entry entry, @Nullable Throwable failure) {
    telling = false;
    Position position = entry.position();
    if (position != null) {
      answers--;
      if (failure == null) {
        handled = position;
        told.handled();
      } else {
        forget();
        told.failed(cause(failure));
      }
    }
    tellNext();
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
    return cause == null ? failure : cause;
  }
}
