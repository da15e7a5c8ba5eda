package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.Loopback;
import io.grpcplatform.Outcome;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users' classifiers before the table of outcomes: they see messages, and can do no harm. */
final class OutcomeClassifierTest {

  /** Errors of this test's services come inside ordinary messages. */
  private static final OutcomeClassifier BY_MESSAGE =
      (call, outcome, message) ->
          message instanceof EchoResponse response && response.getText().startsWith("error")
              ? Outcome.Kind.FAILURE
              : null;

  private final BreakerBench bench = new BreakerBench();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile @Nullable Status failing;
  private Loopback loopback;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(new Parrot());
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  /** Says what it hears, with OK, unless it is failing. */
  private final class Parrot extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      Status status = failing;
      if (status != null) {
        response.onError(status.asException());
        return;
      }
      response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
      response.onCompleted();
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {
          response.onCompleted();
        }
      };
    }
  }

  private void call(String text, OutcomeClassifier... classifiers) {
    try {
      EchoServiceGrpc.newBlockingStub(loopback.channel(bench.stage(List.of(classifiers))))
          .unary(EchoRequest.newBuilder().setText(text).build());
    } catch (StatusRuntimeException expected) {
      assertThat(expected.getStatus().getCode()).isEqualTo(failing.getCode());
    }
  }

  private void assertCounted(int successes, int failures) {
    assertThat(bench.breaker().getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(successes);
    assertThat(bench.breaker().getMetrics().getNumberOfFailedCalls()).isEqualTo(failures);
  }

  @Test
  void anErrorInsideAMessageIsAFailure() {
    call("error: no stock", BY_MESSAGE);

    assertCounted(0, 1);
  }

  @Test
  void whatItLeavesOpenTheTableDecides() {
    call("all is well", BY_MESSAGE);
    failing = Status.UNAVAILABLE;
    call("unheard", BY_MESSAGE);

    assertCounted(1, 1);
  }

  @Test
  void itIsAskedBeforeTheTable() {
    failing = Status.UNAVAILABLE;

    call("unheard", (call, outcome, message) -> Outcome.Kind.SUCCESS);

    assertCounted(1, 0);
  }

  @Test
  void theFirstThatAnswersDecides() {
    call("error", (call, outcome, message) -> null, BY_MESSAGE, (c, o, m) -> Outcome.Kind.IGNORED);

    assertCounted(0, 1);
  }

  @Test
  void oneThatThrowsLosesNoPermit() {
    losesNoPermit(
        (call, outcome, message) -> {
          throw new IllegalStateException("a classifier with a bug");
        });
  }

  @Test
  void oneThatCannotBeLoadedLosesNoPermit() {
    losesNoPermit(
        (call, outcome, message) -> {
          throw new NoClassDefFoundError("a classifier without its library");
        });
  }

  private void losesNoPermit(OutcomeClassifier failing) {
    bench.breaker().transitionToOpenState();
    bench.breaker().transitionToHalfOpenState();

    call("all is well", failing);

    assertCounted(1, 0);
    assertThat(bench.breaker().tryAcquirePermission()).isTrue();
    assertThat(bench.breaker().tryAcquirePermission()).isTrue();
    assertThat(bench.breaker().tryAcquirePermission()).isFalse();
  }

  @Test
  void itIsNotAskedForMethodsItDoesNotKnow() {
    call(
        "error",
        new OutcomeClassifier() {
          @Override
          public Outcome.Kind kindOf(CallKey call, Outcome outcome, @Nullable Object message) {
            asked.incrementAndGet();
            return Outcome.Kind.FAILURE;
          }

          @Override
          public boolean knows(CallKey method) {
            return !method.method().equals("Unary");
          }
        });

    assertThat(asked).hasValue(0);
    assertCounted(1, 0);
  }

  @Test
  void itIsNotAskedAboutACancelFromHere() throws Exception {
    Conversation stream =
        new Conversation(
            loopback.channel(
                bench.stage(
                    List.of(
                        (call, outcome, message) -> {
                          asked.incrementAndGet();
                          return Outcome.Kind.FAILURE;
                        }))));

    stream.cancel();
    stream.status();

    assertThat(asked).hasValue(0);
    assertCounted(0, 0);
  }

  @Test
  void aStreamsLastMessageIsSeenAtItsEnd() throws Exception {
    Conversation stream = new Conversation(loopback.channel(bench.stage(List.of(BY_MESSAGE))));
    stream.exchange("error, but not the last word");
    stream.exchange("better now");
    stream.complete();
    assertCounted(1, 0);

    Conversation failing = new Conversation(loopback.channel(bench.stage(List.of(BY_MESSAGE))));
    failing.exchange("fine so far");
    failing.exchange("error: gone");
    failing.complete();

    assertCounted(2, 1);
  }
}
