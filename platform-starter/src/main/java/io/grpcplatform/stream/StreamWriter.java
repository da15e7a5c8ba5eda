package io.grpcplatform.stream;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages to a stream at its reader's pace. What the reader is not ready for waits within
 * {@link WriterLimits}; gRPC alone would queue it without limit.
 *
 * <ul>
 *   <li><b>Pace:</b> the reader's, by gRPC's own flow control.
 *   <li><b>Cancel:</b> what waits is dropped, {@link #write} says false from then on.
 *   <li><b>Half-close:</b> {@link #complete} ends the stream once everything that waits is sent.
 *   <li><b>Drain:</b> the platform ends the stream; for the writer that is a cancel.
 *   <li><b>Bad message:</b> one that gRPC cannot serialise ends the stream, as it does without this
 *       class.
 * </ul>
 *
 * <p>Threading: safe; messages of one thread keep their order. With {@link WhenFull#WAIT} a write
 * blocks. On the thread of a server call's own callbacks it may, but holds up the call's other
 * callbacks; on the calling side, whose callbacks alone hear of the end, it throws there instead.
 * On gRPC's event loop it must not.
 *
 * @param <T> the messages
 */
public final class StreamWriter<T> {

  /**
   * How often a waiting thread looks by itself: one that waits in a callback of its own call would
   * never be told, since gRPC tells on that very thread.
   */
  private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(10);

  private final CallStreamObserver<T> stream;
  private final BooleanSupplier cancelled;
  private final WriterLimits limits;
  private final WaitingMessages<T> waiting;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private @Nullable CompletableFuture<Void> readiness;
  private final OwnCallback callback = new OwnCallback();
  private boolean completing;
  private boolean ended;
  private long dropped;

  private StreamWriter(
      CallStreamObserver<T> stream, BooleanSupplier cancelled, WriterLimits limits) {
    this.stream = stream;
    this.cancelled = cancelled;
    this.limits = limits;
    this.waiting = new WaitingMessages<>(limits);
  }

  /**
   * A writer of answers. Takes the observer's ready and cancel handlers, so it must be made before
   * the handler's method returns.
   *
   * @param answers what a generated handler was given, a {@link ServerCallStreamObserver}
   */
  public static <T> StreamWriter<T> of(StreamObserver<T> answers, WriterLimits limits) {
    ServerCallStreamObserver<T> stream = (ServerCallStreamObserver<T>) answers;
    // gRPC says that a call is cancelled in its callbacks alone; its Context knows at once.
    Context call = Context.current();
    StreamWriter<T> writer =
        new StreamWriter<>(stream, () -> stream.isCancelled() || call.isCancelled(), limits);
    stream.setOnReadyHandler(writer::flush);
    stream.setOnCancelHandler(writer::end);
    // Whoever else has the observer may end the stream, such as a reader whose message failed.
    stream.setOnCloseHandler(writer::end);
    return writer;
  }

  /** A writer of requests, for the one who opens the call. */
  static <T> StreamWriter<T> requesting(ClientCallStreamObserver<T> requests, WriterLimits limits) {
    StreamWriter<T> writer = new StreamWriter<>(requests, () -> false, limits);
    requests.setOnReadyHandler(() -> writer.callback.run(writer::flush));
    return writer;
  }

  /** Where callbacks of the calling side run. */
  OwnCallback callback() {
    return callback;
  }

  /**
   * Hands a message to the stream, or lets it wait.
   *
   * @return false if it was not taken: the stream has ended, or the thread was interrupted while it
   *     waited for room and still is
   */
  public boolean write(T message) {
    int size = message instanceof MessageLite sized ? sized.getSerializedSize() : 0;
    lock.lock();
    try {
      sendWhatWaits();
      if (!makeRoom(size)) {
        if (closed()) { // which its observer may not have told yet
          waiting.clear();
        }
        return false;
      }
      if (waiting.isEmpty() && stream.isReady()) {
        return send(message);
      }
      waiting.add(message, size);
      return true;
    } finally {
      release();
    }
  }

  private boolean makeRoom(int size) {
    try {
      while (!over() && !waiting.hasRoomFor(size)) {
        switch (limits.whenFull()) {
          case WAIT -> {
            callback.refuseToWait();
            var unused = room.awaitNanos(LOOK_AGAIN);
            sendWhatWaits();
          }
          case DROP_OLDEST -> {
            waiting.poll();
            dropped++;
          }
          case FAIL ->
              fail(Status.RESOURCE_EXHAUSTED.withDescription(waiting.tooSlow()).asException());
        }
      }
      return !over();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends the stream with OK once everything that waits is sent; further writes say false. */
  public void complete() {
    lock.lock();
    try {
      completing = true;
      sendWhatWaits();
    } finally {
      release();
    }
  }

  /** Ends the stream now; what waits is dropped. Does nothing on a stream that has ended. */
  public void fail(Throwable reason) {
    lock.lock();
    try {
      if (!ended) {
        end();
        close(() -> stream.onError(reason));
      }
    } finally {
      release();
    }
  }

  /**
   * Done when nothing waits and the reader is ready for more, or the stream has ended: for those
   * who must not wait on a thread, such as a {@link PacedReader}'s handler that answers each
   * message.
   *
   * @return what follows on it runs on the thread that brings the news, at once where there is none
   */
  public CompletionStage<Void> whenReady() {
    lock.lock();
    try {
      sendWhatWaits();
      if (settled()) {
        return CompletableFuture.completedFuture(null);
      }
      CompletableFuture<Void> asked = readiness == null ? new CompletableFuture<>() : readiness;
      readiness = asked;
      return asked;
    } finally {
      release();
    }
  }

  private boolean settled() {
    return closed() || (waiting.isEmpty() && stream.isReady());
  }

  /** How many messages {@link WhenFull#DROP_OLDEST} has dropped. */
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** How many messages wait for the reader. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Runs on the call's executor: gRPC says once that the reader has become ready. */
  private void flush() {
    lock.lock();
    try {
      sendWhatWaits();
    } finally {
      release();
    }
  }

  /** Tells those who wait for readiness once the lock is free: what follows may do anything. */
  private void release() {
    CompletableFuture<Void> settled = null;
    try {
      if (lock.getHoldCount() == 1 && readiness != null && settled()) {
        settled = readiness;
        readiness = null;
      }
    } finally {
      lock.unlock();
    }
    if (settled != null) {
      settled.complete(null);
    }
  }

  private void sendWhatWaits() {
    boolean taken = false;
    while (!closed() && !waiting.isEmpty() && stream.isReady()) {
      T oldest = waiting.poll();
      taken = oldest != null && send(oldest);
    }
    if (completing && waiting.isEmpty() && !closed()) {
      ended = true;
      close(stream::onCompleted);
    }
    if (taken || ended) {
      room.signalAll();
    }
  }

  private boolean send(T message) {
    try {
      stream.onNext(message);
      return true;
    } catch (IllegalStateException closed) {
      // The call has ended, and its observer has not told yet.
      end();
      return false;
    }
  }

  private static void close(Runnable closing) {
    try {
      closing.run();
    } catch (IllegalStateException closed) {
      // Somebody else has ended the call, and its observer has not told yet.
    }
  }

  private boolean over() {
    return completing || closed();
  }

  private boolean closed() {
    return ended || cancelled.getAsBoolean();
  }

  /**
   * The call is over, or is about to be. Runs on the call's executor where others have ended it.
   */
  void end() {
    lock.lock();
    try {
      ended = true;
      waiting.clear();
      room.signalAll();
    } finally {
      release();
    }
  }
}
