package io.grpcplatform.stream;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends what a source has, such as a table, to a stream's reader, and asks the source for no more
 * than the reader is ready for. Whoever knows that the source may have more calls {@link #wake}.
 *
 * <ul>
 *   <li><b>Pace:</b> the reader's; one page is in memory at most.
 *   <li><b>Cancel:</b> the source is asked no more and is told that it is over.
 *   <li><b>Half-close:</b> says nothing to a pump; the stream ends with OK after the source's last
 *       page.
 *   <li><b>Drain:</b> the platform ends the stream; for the source that is a cancel.
 *   <li><b>Bad message:</b> what the source throws ends the stream with that error.
 * </ul>
 *
 * <p>Threading: the source is asked on the given executor, one question at a time, and may block
 * there; {@link #wake} may be called from any thread and does not block. A trace or gRPC Context of
 * the call is current on that executor only if the executor carries it.
 *
 * @param <T> the messages
 */
public final class StreamPump<T> {

  private final ServerCallStreamObserver<T> reader;
  private final Executor executor;
  private final Source<T> source;
  private final AtomicInteger asked = new AtomicInteger();
  // Only touched by the one run at a time.
  private final Queue<T> page = new ArrayDeque<>();
  private boolean last;
  private volatile boolean over;
  private boolean told;

  /**
   * Where messages come from.
   *
   * @param <T> the messages
   */
  public interface Source<T> {

    /** The next messages, in the order to send them; asked once those before are all sent. */
    Page<T> next();

    /** Nothing is asked any more, however the stream has ended; told once, on any thread. */
    default void over() {}
  }

  /**
   * Some messages.
   *
   * @param messages empty where there are none now: the source is asked again after a {@link
   *     StreamPump#wake}
   * @param last whether the stream is complete with these
   */
  public record Page<T>(List<T> messages, boolean last) {

    public Page {
      messages = List.copyOf(messages);
    }
  }

  private StreamPump(ServerCallStreamObserver<T> reader, Executor executor, Source<T> source) {
    this.reader = reader;
    this.executor = executor;
    this.source = source;
  }

  /**
   * Starts to send. Takes the observer's ready and cancel handlers, so it must be called before the
   * handler's method returns.
   *
   * @param answers what a generated handler was given, a {@link ServerCallStreamObserver}
   * @param executor where the source is asked; if it refuses, the stream ends with that error
   */
  public static <T> StreamPump<T> open(
      StreamObserver<T> answers, Executor executor, Source<T> source) {
    ServerCallStreamObserver<T> reader = (ServerCallStreamObserver<T>) answers;
    StreamPump<T> pump = new StreamPump<>(reader, executor, source);
    reader.setOnReadyHandler(pump::wake);
    reader.setOnCancelHandler(pump::end);
    pump.wake();
    return pump;
  }

  /** Says that the source may have more. Never waits; a wake during a run leads to another one. */
  public void wake() {
    if (!over && asked.getAndIncrement() == 0) {
      try {
        executor.execute(this::run);
      } catch (RuntimeException | Error refused) { // also for want of threads
        fail(refused);
      }
    }
  }

  private void run() {
    int seen;
    do {
      seen = asked.get();
      try {
        sendWhileReady();
      } catch (Throwable failed) { // also errors: nobody else would end the stream
        fail(failed);
      }
    } while (asked.addAndGet(-seen) != 0);
  }

  private void sendWhileReady() {
    while (!over && reader.isReady()) {
      T next = page.poll();
      if (next != null) {
        reader.onNext(next);
      } else if (last) {
        over = true;
        reader.onCompleted();
        end();
      } else if (!fetched()) {
        return;
      }
    }
  }

  private boolean fetched() {
    Page<T> next = source.next();
    page.addAll(next.messages());
    last = next.last();
    return last || !page.isEmpty();
  }

  private void fail(Throwable failed) {
    if (claimEnd()) {
      try {
        reader.onError(failed);
      } finally {
        source.over();
      }
    }
  }

  private void end() {
    if (claimEnd()) {
      source.over();
    }
  }

  private synchronized boolean claimEnd() {
    boolean first = !told;
    told = true;
    over = true;
    return first;
  }
}
