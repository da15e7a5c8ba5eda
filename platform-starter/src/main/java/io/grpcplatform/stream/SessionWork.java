package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpcplatform.stream.Arrivals.Numbered;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Has the user's handler do its part, in the values of the call's Context but not under its
 * cancellation: the work on a message may outlive the stream that brought it.
 *
 * <p>Threading: made on the call's executor. What has ended is told on the thread that did the
 * work, to whichever stream has its turn by then.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
final class SessionWork<Q extends Message, R extends Message> {

  private final ServedSessions<Q, R> served;
  private final Context context = Context.current().fork();

  SessionWork(ServedSessions<Q, R> served) {
    this.served = served;
  }

  /** Begins to handle a message. Never throws. */
  void handle(ServedSession<Q, R> session, Numbered<Q> next) {
    ServedAnswers<R> answers =
        new ServedAnswers<>(session.id(), next.number(), session::keep, () -> wake(session));
    Context before = context.attach();
    try {
      served
          .handler()
          .message(next.message(), answers)
          .whenComplete((nothing, failed) -> done(session, answers, failed));
    } catch (Throwable failed) { // also errors: the message would be in work for ever
      done(session, answers, failed);
    } finally {
      context.detach(before);
    }
  }

  private static void wake(ServedSession<?, ?> session) {
    SessionStream<?, ?> current = session.stream();
    if (current != null) {
      current.wake();
    }
  }

  private void done(
      ServedSession<Q, R> session, ServedAnswers<R> answers, @Nullable Throwable failed) {
    answers.end();
    SessionStream<Q, R> current;
    Throwable failure;
    synchronized (session) {
      failure = session.needs(answers.number()) ? failed : null;
      current = session.done(answers.number(), failure != null);
    }
    if (current == null) {
      served.released(session);
    } else if (failure == null) {
      current.proceed();
    } else {
      current.fail(cause(failure));
    }
  }

  /** What a stage failed with, without what stages wrap it in. */
  static Throwable cause(Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    return cause == null ? failed : cause;
  }

  /** Tells the handler that the session is closed, once; then the client. Never throws. */
  void close(SessionTurn<Q, R> at) {
    Context before = context.attach();
    try {
      if (at.session().tellsClose()) {
        served.handler().closed(at.session().id());
      }
      at.close();
    } catch (Throwable failed) { // also errors: nobody else would end the stream
      at.session().closeAgain();
      at.stream().fail(failed);
    } finally {
      context.detach(before);
    }
  }
}
