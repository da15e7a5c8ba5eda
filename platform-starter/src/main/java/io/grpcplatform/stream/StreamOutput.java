package io.grpcplatform.stream;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes what its source has to a stream, as long as the stream is ready, so that what waits stays
 * with the source. No lock is held while gRPC is called.
 *
 * <p>Threading: any thread may wake it; one at a time writes.
 *
 * @param <R> the answers
 */
final class StreamOutput<R> {

  private final ServerCallStreamObserver<R> stream;
  private final Source<R> source;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile @Nullable Throwable failure;
  // Only touched by the one that writes.
  private boolean over;

  /**
   * Where answers come from. Asked by one thread at a time.
   *
   * @param <R> the answers
   */
  interface Source<R> {

    /** Takes the next; null where there is none now. */
    @Nullable R next();

    /** Whether there will be none any more; asked where there is none now. */
    boolean complete();
  }

  StreamOutput(ServerCallStreamObserver<R> stream, Source<R> source) {
    this.stream = stream;
    this.source = source;
  }

  /** The source may have more, or the stream has become ready. */
  void wake() {
    if (asked.getAndIncrement() != 0) {
      return;
    }
    int seen;
    do {
      seen = asked.get();
      write();
    } while (asked.addAndGet(-seen) != 0);
  }

  /** Ends the stream with an error, before anything that waits; the first counts. */
  void fail(Throwable reason) {
    if (failure == null) {
      failure = reason;
    }
    wake();
  }

  private void write() {
    try {
      while (!over && failure == null && stream.isReady()) {
        R next = source.next();
        if (next != null) {
          stream.onNext(next);
        } else if (source.complete()) {
          over = true;
          stream.onCompleted();
        } else {
          break;
        }
      }
      Throwable reason = failure;
      if (reason != null && !over) {
        over = true;
        stream.onError(reason);
      }
    } catch (IllegalStateException closed) {
      // The call has ended, and its observer has not told yet.
      over = true;
    }
  }
}
