package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a client that knows nothing of sessions: one message at a time, and the next only
 * when this one's answers are with gRPC.
 *
 * <p>Threading: messages come on the call's executor, one at a time; answers on any thread.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
final class PlainStream<Q extends Message, R extends Message>
    implements ServedStream<Q>, StreamOutput.Source<R> {

  private final SessionHandler<Q, R> handler;
  private final ServerCallStreamObserver<R> call;
  private final StreamOutput<R> output;
  private final Queue<R> waiting = new ArrayDeque<>();
  private long number;
  private boolean reading;
  private boolean working;
  private boolean halfClosed;
  private boolean closed;
  private boolean gone;

  PlainStream(SessionHandler<Q, R> handler, ServerCallStreamObserver<R> call) {
    this.handler = handler;
    this.call = call;
    this.output = new StreamOutput<>(call, this);
  }

  @Override
  public void onNext(Q message) {
    ServedAnswers<R> answers;
    synchronized (this) {
      reading = false;
      working = true;
      number++;
      answers = new ServedAnswers<>("", number, (place, answer) -> add(answer), output::wake);
    }
    try {
      handler.message(message, answers).whenComplete((nothing, failed) -> done(answers, failed));
    } catch (Throwable failed) { // also errors: the stream would never go on
      done(answers, failed);
    }
  }

  private synchronized void add(R answer) {
    if (!gone) {
      waiting.add(answer);
    }
  }

  private void done(ServedAnswers<R> answers, @Nullable Throwable failed) {
    answers.end();
    boolean close;
    synchronized (this) {
      working = false;
      close = halfClosed;
    }
    if (failed != null) {
      output.fail(SessionWork.cause(failed));
    } else if (close) {
      close();
    } else {
      output.wake();
    }
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      halfClosed = true;
      if (working) {
        return;
      }
    }
    close();
  }

  private void close() {
    try {
      handler.closed("");
    } catch (Throwable failed) { // also errors: the stream would never end
      output.fail(failed);
      return;
    }
    synchronized (this) {
      closed = true;
    }
    output.wake();
  }

  @Override
  public @Nullable R next() {
    synchronized (this) {
      R next = waiting.poll();
      if (next != null || working || reading || halfClosed || gone) {
        return next;
      }
      reading = true;
    }
    call.request(1);
    return null;
  }

  @Override
  public synchronized boolean complete() {
    return closed && !working && waiting.isEmpty();
  }

  @Override
  public void ready() {
    output.wake();
  }

  @Override
  public synchronized void gone() {
    gone = true;
    waiting.clear();
  }

  @Override
  public void onError(Throwable cancelled) {
    gone();
  }
}
