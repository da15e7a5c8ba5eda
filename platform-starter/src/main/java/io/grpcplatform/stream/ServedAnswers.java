package io.grpcplatform.stream;

import com.google.protobuf.Message;
import java.util.function.BiConsumer;

/**
 * The answers to one message, until its stage is done.
 *
 * <p>Threading: safe. The sink is called under this object's lock, so that answers keep the order
 * of their numbers.
 *
 * @param <R> the answers
 */
final class ServedAnswers<R extends Message> implements SessionAnswers<R> {

  private final String sessionId;
  private final long number;
  private final BiConsumer<Place, R> keep;
  private final Runnable told;
  private long answers;
  private boolean over;

  /**
   * @param keep takes an answer; must not block
   * @param told called after it without a lock, to write
   */
  ServedAnswers(String sessionId, long number, BiConsumer<Place, R> keep, Runnable told) {
    this.sessionId = sessionId;
    this.number = number;
    this.keep = keep;
    this.told = told;
  }

  @Override
  public void send(R answer) {
    synchronized (this) {
      if (over) {
        throw new IllegalStateException(
            "Answer to message "
                + number
                + " after its stage was done (expected: all answers before it)");
      }
      answers++;
      keep.accept(new Place(number, answers), answer);
    }
    told.run();
  }

  /** No more answers. */
  synchronized void end() {
    over = true;
  }

  @Override
  public String sessionId() {
    return sessionId;
  }

  @Override
  public long number() {
    return number;
  }
}
