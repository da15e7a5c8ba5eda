package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.Refusal;
import io.grpcplatform.deadline.DeadlineAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Deadlines and circuit breakers on one channel, with the beans that an application gets. */
final class DeadlineAndBreakerTest {

  private static final String NAME = "payment:platform.test.v1.EchoService";

  private final ManualClock clock = new ManualClock();
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withBean(CallClock.class, () -> clock)
          // No sample leaves the window while the test runs, however slowly.
          .withPropertyValues("resilience4j.circuitbreaker.configs.grpc.sliding-window-size=600")
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  DeadlineAutoConfiguration.class,
                  CircuitBreakerAutoConfiguration.class,
                  io.grpcplatform.circuitbreaker.CircuitBreakerAutoConfiguration.class));
  private Loopback loopback;

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private Channel channel(AssertableApplicationContext context) throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
    return loopback.channel(
        context.getBeanProvider(ClientFeature.class).stream().toArray(ClientFeature[]::new));
  }

  private static CircuitBreaker.Metrics counted(AssertableApplicationContext context) {
    return context.getBean(CircuitBreakerRegistry.class).circuitBreaker(NAME).getMetrics();
  }

  @Test
  void aCallWithTooLittleLeftIsNoneOfTheBreakersBusiness() {
    runner
        .withPropertyValues(
            "platform.deadline.reserve.min=400ms", "platform.deadline.reserve.max=400ms")
        .run(
            context -> {
              EchoServiceGrpc.EchoServiceBlockingStub stub =
                  EchoServiceGrpc.newBlockingStub(channel(context));
              stub.unary(EchoRequest.getDefaultInstance());

              StatusRuntimeException refused =
                  catchThrowableOfType(
                      StatusRuntimeException.class,
                      () ->
                          stub.withDeadlineAfter(Duration.ofMillis(399))
                              .unary(EchoRequest.getDefaultInstance()));

              assertThat(Refusal.reasonOf(refused.getTrailers()))
                  .isEqualTo(Refusal.Reason.DEADLINE_TOO_SHORT);
              assertThat(counted(context).getNumberOfBufferedCalls()).isEqualTo(1);
            });
  }

  @Test
  void aStreamThatNeverOpensCountsAsFailure() {
    runner.run(
        context -> {
          Talk talk = new Talk(channel(context));
          talk.say("silence");

          clock.advance(Duration.ofSeconds(5));

          assertThat(Refusal.reasonOf(talk.failed.get(10, TimeUnit.SECONDS).getTrailers()))
              .isEqualTo(Refusal.Reason.OPEN_TIMEOUT);
          assertThat(counted(context).getNumberOfFailedCalls()).isEqualTo(1);
        });
  }

  @Test
  void aHealthyStreamOutlivesEveryDefault() {
    runner.run(
        context -> {
          Talk talk = new Talk(channel(context));
          talk.exchange("hello");

          for (int second = 0; second < 61; second++) {
            clock.advance(Duration.ofSeconds(1));
            talk.exchange("tick");
          }
          talk.complete();

          assertThat(counted(context).getNumberOfFailedCalls()).isZero();
          assertThat(counted(context).getNumberOfSlowCalls()).isZero();
          // The opening, and a sample for each ten seconds.
          assertThat(counted(context).getNumberOfSuccessfulCalls()).isEqualTo(7);
        });
  }

  /** A client's side of a stream. */
  private static final class Talk implements StreamObserver<EchoResponse> {
    private final Semaphore answers = new Semaphore(0);
    private final CompletableFuture<StatusRuntimeException> failed = new CompletableFuture<>();
    private final CompletableFuture<Boolean> completed = new CompletableFuture<>();
    private final StreamObserver<EchoRequest> requests;

    Talk(Channel channel) {
      requests = EchoServiceGrpc.newStub(channel).bidi(this);
    }

    void say(String text) {
      requests.onNext(EchoRequest.newBuilder().setText(text).build());
    }

    void exchange(String text) throws InterruptedException {
      say(text);
      assertThat(answers.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }

    void complete() throws Exception {
      requests.onCompleted();
      completed.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(EchoResponse answer) {
      answers.release();
    }

    @Override
    public void onError(Throwable thrown) {
      failed.complete((StatusRuntimeException) thrown);
    }

    @Override
    public void onCompleted() {
      completed.complete(true);
    }
  }
}
