package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fallback answers while the breaker lets nothing through, for every kind of stub. */
final class FallbackTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final CircuitBreakerFallback<EchoRequest, EchoResponse> FALLBACK =
      CircuitBreakerFallback.of(
          EchoServiceGrpc.getUnaryMethod(),
          request ->
              request.getText().isEmpty()
                  ? null
                  : EchoResponse.newBuilder().setText("cached " + request.getText()).build());

  private final Backend backend = new Backend();
  private final BreakerBench bench = new BreakerBench();
  private Loopback loopback;
  private Channel channel;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(backend);
    channel = loopback.channel(bench.stage(List.of(), FALLBACK));
    EchoServiceGrpc.newBlockingStub(channel).unary(HELLO);
    bench.breaker().transitionToForcedOpenState();
    backend.calls.set(0);
  }

  @AfterEach
  void stop() throws InterruptedException {
    assertThat(backend.calls).as("calls that reached the backend").hasValue(0);
    loopback.close();
  }

  @Test
  void aBlockingCallerGetsTheAnswer() {
    assertThat(EchoServiceGrpc.newBlockingStub(channel).unary(HELLO).getText())
        .isEqualTo("cached hello");
  }

  @Test
  void aBlockingCallerOfTheSecondKindGetsIt() throws Exception {
    assertThat(EchoServiceGrpc.newBlockingV2Stub(channel).unary(HELLO).getText())
        .isEqualTo("cached hello");
  }

  @Test
  void aFutureCallerGetsTheAnswer() throws Exception {
    EchoResponse answer =
        EchoServiceGrpc.newFutureStub(channel).unary(HELLO).get(10, TimeUnit.SECONDS);

    assertThat(answer.getText()).isEqualTo("cached hello");
  }

  @Test
  void anAsynchronousCallerGetsTheAnswer() {
    List<String> heard = new ArrayList<>();

    EchoServiceGrpc.newStub(channel)
        .unary(
            HELLO,
            new StreamObserver<>() {
              @Override
              public void onNext(EchoResponse answer) {
                heard.add(answer.getText());
              }

              @Override
              public void onError(Throwable failed) {
                heard.add(failed.toString());
              }

              @Override
              public void onCompleted() {
                heard.add("completed");
              }
            });

    assertThat(heard).containsExactly("cached hello", "completed");
  }

  @Test
  void answersTouchNeitherPermitsNorNumbers() {
    bench.breaker().transitionToHalfOpenState();
    while (bench.breaker().tryAcquirePermission()) {
      // Takes every permit.
    }

    EchoServiceGrpc.newBlockingStub(channel).unary(HELLO);

    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
    assertThat(bench.breaker().tryAcquirePermission()).isFalse();
  }

  @Test
  void aRequestItHasNoAnswerForIsRefused() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> EchoServiceGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
  }

  @Test
  void streamsOfTheServiceAreRefused() throws Exception {
    assertThat(new Conversation(channel).reason()).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
  }

  @Test
  void aFallbackForAStreamFailsTheStart() {
    assertThat(
            catchThrowable(
                () ->
                    bench.stage(
                        List.of(),
                        CircuitBreakerFallback.of(
                            EchoServiceGrpc.getBidiMethod(), request -> null))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EchoService/Bidi, a stream (expected: a unary method)");
  }

  @Test
  void twoFallbacksForOneMethodFailTheStart() {
    assertThat(catchThrowable(() -> bench.stage(List.of(), FALLBACK, FALLBACK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Two fallbacks answer for platform.test.v1.EchoService/Unary");
  }
}
