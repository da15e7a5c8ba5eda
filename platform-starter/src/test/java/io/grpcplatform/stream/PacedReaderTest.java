package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A reader hands out no more messages than are to be in work. */
final class PacedReaderTest {

  private static final int IN_WORK = 3;

  private final Work work = new Work();

  /** Messages are in work until the test has done them. */
  private static final class Work implements PacedReader.Handler<EchoRequest> {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final Queue<CompletableFuture<Void>> inWork = new ConcurrentLinkedQueue<>();
    private final Semaphore came = new Semaphore(0);
    private final CountDownLatch halfClosed = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private StreamObserver<EchoResponse> answers;
    private volatile RuntimeException broken;

    @Override
    public CompletionStage<Void> message(EchoRequest message) {
      if (message.getText().equals("throw")) {
        throw Status.INVALID_ARGUMENT.withDescription("no such word").asRuntimeException();
      }
      texts.add(message.getText());
      CompletableFuture<Void> done = new CompletableFuture<>();
      inWork.add(done);
      came.release();
      return done;
    }

    @Override
    public void halfClosed() {
      if (broken != null) {
        throw broken;
      }
      answers.onNext(EchoResponse.newBuilder().setText("read " + texts.size()).build());
      answers.onCompleted();
      halfClosed.countDown();
    }

    @Override
    public void cancelled() {
      cancelled.countDown();
    }

    void await(int messages) throws InterruptedException {
      assertThat(came.tryAcquire(messages, 10, TimeUnit.SECONDS)).as("messages came").isTrue();
    }

    void doOne() {
      inWork.remove().complete(null);
    }
  }

  /** Hears the end of a call. */
  private static final class Ended implements StreamObserver<EchoResponse> {
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    @Override
    public void onNext(EchoResponse response) {
      answer.complete(response.getText());
    }

    @Override
    public void onError(Throwable failed) {
      answer.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {}

    Status status() {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).isNotNull();
      return Status.fromThrowable(answer.handle((text, failed) -> failed).join());
    }
  }

  private Streams reading() {
    return Streams.reading(
        answers -> {
          work.answers = answers;
          return PacedReader.of(answers, IN_WORK, work);
        });
  }

  private static StreamObserver<EchoRequest> send(Streams streams, Ended ended, String... texts) {
    StreamObserver<EchoRequest> requests = EchoServiceGrpc.newStub(streams.bare()).bidi(ended);
    for (String text : texts) {
      requests.onNext(EchoRequest.newBuilder().setText(text).build());
    }
    return requests;
  }

  @Test
  void handsOutOnlyAsManyAsMayBeInWork() throws Exception {
    try (Streams streams = reading()) {
      Ended ended = new Ended();
      StreamObserver<EchoRequest> requests = send(streams, ended, "1", "2", "3", "4", "5");
      work.await(3);
      assertThat(work.texts).containsExactly("1", "2", "3");

      work.doOne();

      work.await(1);
      assertThat(work.texts).containsExactly("1", "2", "3", "4");
      requests.onCompleted();
      work.doOne();
      work.await(1);
      work.doOne();
      work.doOne();
      assertThat(work.halfClosed.getCount()).isEqualTo(1);
      work.doOne();
      assertThat(ended.answer.get(10, TimeUnit.SECONDS)).isEqualTo("read 5");
    }
  }

  @Test
  void anEmptyStreamIsHalfClosedAtOnce() throws Exception {
    try (Streams streams = reading()) {
      Ended ended = new Ended();

      send(streams, ended).onCompleted();

      assertThat(ended.answer.get(10, TimeUnit.SECONDS)).isEqualTo("read 0");
    }
  }

  @Test
  void failedWorkEndsTheStreamWithItsError() throws Exception {
    try (Streams streams = reading()) {
      Ended ended = new Ended();
      var unused = send(streams, ended, "1", "2");
      work.await(2);

      work.inWork
          .remove()
          .completeExceptionally(Status.DATA_LOSS.withDescription("gone").asRuntimeException());

      assertThat(ended.status().getCode()).isEqualTo(Status.Code.DATA_LOSS);
      work.doOne();
      assertThat(work.halfClosed.getCount()).isEqualTo(1);
    }
  }

  @Test
  void anErrorThrownByTheHandlerEndsTheStream() throws Exception {
    try (Streams streams = reading()) {
      Ended ended = new Ended();

      var unused = send(streams, ended, "throw", "2");

      assertThat(ended.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(work.texts).isEmpty();
    }
  }

  @Test
  void aLateHalfCloseThatThrowsEndsTheStream() throws Exception {
    CountDownLatch halfClose = new CountDownLatch(1);
    try (Streams streams =
        Streams.reading(answers -> counting(PacedReader.of(answers, IN_WORK, work), halfClose))) {
      Ended ended = new Ended();
      StreamObserver<EchoRequest> requests = send(streams, ended, "1");
      work.await(1);
      requests.onCompleted();
      assertThat(halfClose.await(10, TimeUnit.SECONDS)).isTrue();

      work.broken = Status.DATA_LOSS.withDescription("not stored").asRuntimeException();
      work.doOne();

      assertThat(ended.status().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    }
  }

  private static StreamObserver<EchoRequest> counting(
      StreamObserver<EchoRequest> reader, CountDownLatch halfClose) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest message) {
        reader.onNext(message);
      }

      @Override
      public void onError(Throwable cancelled) {
        reader.onError(cancelled);
      }

      @Override
      public void onCompleted() {
        reader.onCompleted();
        halfClose.countDown();
      }
    };
  }

  @Test
  void aCancelIsToldOnce() throws Exception {
    try (Streams streams = reading()) {
      Ended ended = new Ended();
      StreamObserver<EchoRequest> requests = send(streams, ended, "1");
      work.await(1);

      ((ClientCallStreamObserver<EchoRequest>) requests).cancel("the caller went away", null);

      assertThat(work.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
      work.doOne();
      assertThat(work.halfClosed.getCount()).isEqualTo(1);
    }
  }

  @Test
  void aDrainIsACancel() throws Exception {
    try (Streams streams = reading()) {
      Ended ended = new Ended();
      var unused = send(streams, ended, "1");
      work.await(1);

      streams.stop();

      assertThat(work.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void atLeastOneMessageMustBeInWork() {
    assertThatThrownBy(() -> PacedReader.of(new Ended(), 0, work))
        .hasMessage("inWork: 0 (expected: >= 1)");
  }
}
