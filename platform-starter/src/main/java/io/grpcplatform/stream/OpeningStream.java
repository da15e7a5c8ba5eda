package io.grpcplatform.stream;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stream of which the first message tells what it is.
 *
 * <p>Threading: messages come on the call's executor, one at a time; readiness and end on any.
 *
 * @param <Q> the client's messages
 */
final class OpeningStream<Q> implements ServedStream<Q> {

  private final Function<Q, ServedStream<Q>> opening;
  private final Runnable complete;
  private volatile @Nullable ServedStream<Q> opened;

  /**
   * @param complete ends a stream that has brought nothing
   */
  OpeningStream(Function<Q, ServedStream<Q>> opening, Runnable complete) {
    this.opening = opening;
    this.complete = complete;
  }

  @Override
  public void onNext(Q message) {
    ServedStream<Q> stream = opened;
    if (stream == null) {
      stream = opening.apply(message);
      opened = stream;
    }
    stream.onNext(message);
  }

  @Override
  public void onError(Throwable cancelled) {
    gone();
  }

  @Override
  public void onCompleted() {
    ServedStream<Q> stream = opened;
    if (stream == null) {
      complete.run();
    } else {
      stream.onCompleted();
    }
  }

  @Override
  public void ready() {
    ServedStream<Q> stream = opened;
    if (stream != null) {
      stream.ready();
    }
  }

  @Override
  public void gone() {
    ServedStream<Q> stream = opened;
    if (stream != null) {
      stream.gone();
    }
  }
}
