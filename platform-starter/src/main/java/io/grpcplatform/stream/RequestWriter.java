package io.grpcplatform.stream;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * What an asynchronous stub's streaming method is called with to get a {@link StreamWriter} of its
 * requests: the writer has to be told when the server reads, which gRPC says only to whoever asked
 * before the call.
 *
 * <p>Threading: answers are handed on as gRPC brings them, on the call's executor.
 *
 * @param <Q> the requests
 * @param <R> the answers
 */
public final class RequestWriter<Q, R> implements ClientResponseObserver<Q, R> {

  private final StreamObserver<R> answers;
  private final @Nullable ClientResponseObserver<Q, R> asking;
  private final WriterLimits limits;
  private volatile @Nullable StreamWriter<Q> writer;

  /**
   * For one call.
   *
   * @param answers hears what the server sends
   */
  public RequestWriter(StreamObserver<R> answers, WriterLimits limits) {
    this(answers, null, limits);
  }

  /**
   * For one call whose answers are read at a pace of their own.
   *
   * @param answers hears what the server sends, and before the call starts gets the observer by
   *     which it asks for it; its ready handler is the writer's
   */
  public RequestWriter(ClientResponseObserver<Q, R> answers, WriterLimits limits) {
    this(answers, answers, limits);
  }

  private RequestWriter(
      StreamObserver<R> answers,
      @Nullable ClientResponseObserver<Q, R> asking,
      WriterLimits limits) {
    this.answers = answers;
    this.asking = asking;
    this.limits = limits;
  }

  /**
   * The writer.
   *
   * @throws IllegalStateException before the stub's method was called
   */
  public StreamWriter<Q> writer() {
    StreamWriter<Q> opened = writer;
    if (opened == null) {
      throw new IllegalStateException("The stub's method has not been called with this yet");
    }
    return opened;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> requests) {
    if (asking != null) {
      asking.beforeStart(requests);
    }
    writer = StreamWriter.requesting(requests, limits);
  }

  @Override
  public void onNext(R answer) {
    writer().callback().run(() -> answers.onNext(answer));
  }

  @Override
  public void onError(Throwable failed) {
    writer().end();
    answers.onError(failed);
  }

  @Override
  public void onCompleted() {
    writer().end();
    answers.onCompleted();
  }
}
