package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.deadline.DeadlineAutoConfiguration;
import io.grpcplatform.lifecycle.LifecycleAutoConfiguration;
import io.grpcplatform.ratelimit.RateLimitAutoConfiguration;
import io.grpcplatform.telemetry.TelemetryAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.testing.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Rate limits beside deadlines, breakers, telemetry and drain, with an application's beans. */
final class RateLimitAmongOthersTest {

  private static final String NAME = "payment:platform.test.v1.EchoService";
  private static final Duration PACE = Duration.ofMillis(100);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withBean(CallClock.class, () -> clock)
          .withBean(MeterRegistry.class, () -> meters)
          .withPropertyValues("resilience4j.circuitbreaker.configs.grpc.sliding-window-size=600")
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  TelemetryAutoConfiguration.class,
                  DeadlineAutoConfiguration.class,
                  LifecycleAutoConfiguration.class,
                  RateLimitAutoConfiguration.class,
                  CircuitBreakerAutoConfiguration.class,
                  io.grpcplatform.circuitbreaker.CircuitBreakerAutoConfiguration.class));
  private Loopback loopback;

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private Channel channel(AssertableApplicationContext context) throws Exception {
    loopback =
        Loopback.serving(
            new EchoBehaviour(),
            context.getBeanProvider(ServerFeature.class).stream().toArray(ServerFeature[]::new));
    return loopback.channel(
        context.getBeanProvider(ClientFeature.class).stream().toArray(ClientFeature[]::new));
  }

  private static CircuitBreaker.Metrics counted(AssertableApplicationContext context) {
    return context.getBean(CircuitBreakerRegistry.class).circuitBreaker(NAME).getMetrics();
  }

  private long measured(String side, Status.Code code) {
    var timer = meters.find(side).tag("grpc.status_code", code.name()).timer();
    return timer == null ? 0 : timer.count();
  }

  private static void refused(EchoServiceBlockingStub stub) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> stub.unary(EchoRequest.getDefaultInstance()));
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.RATE_LIMITED);
  }

  @Test
  void aCallRefusedHereIsMeasuredAndNoneOfTheBreakersBusiness() {
    runner
        .withPropertyValues(
            "platform.ratelimit.client.methods[*].rate=1/h",
            "platform.ratelimit.client.methods[*].burst=1")
        .run(
            context -> {
              EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel(context));
              stub.unary(EchoRequest.getDefaultInstance());

              refused(stub);

              assertThat(measured("grpc.client", Status.Code.RESOURCE_EXHAUSTED)).isEqualTo(1);
              assertThat(measured("grpc.server", Status.Code.RESOURCE_EXHAUSTED)).isZero();
              assertThat(counted(context).getNumberOfBufferedCalls()).isEqualTo(1);
            });
  }

  @Test
  void aCallRefusedThereNeverFailsTheBreaker() {
    runner
        .withPropertyValues(
            "platform.ratelimit.server.methods[*].rate=1/h",
            "platform.ratelimit.server.methods[*].burst=1")
        .run(
            context -> {
              EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel(context));
              stub.unary(EchoRequest.getDefaultInstance());

              refused(stub);

              assertThat(measured("grpc.client", Status.Code.RESOURCE_EXHAUSTED)).isEqualTo(1);
              assertThat(counted(context).getNumberOfFailedCalls()).isZero();
            });
  }

  @Test
  void aStreamThatWaitsIsToldToMoveWhenItsServerDrains() {
    runner
        .withPropertyValues(
            "platform.lifecycle.stream-spread=0s",
            "platform.deadline.stream.open-timeout=0s",
            "platform.ratelimit.server.methods[*].rate=10/s",
            "platform.ratelimit.server.methods[*].burst=2")
        .run(
            context -> {
              Talk talk = new Talk(channel(context));
              talk.say("one");
              talk.say("two");
              clock.awaitTask(PACE, SOON);

              context.getBean(DrainSignal.class).advance(DrainSignal.Phase.DRAINING);

              assertThat(Refusal.reasonOf(talk.failed.get(10, TimeUnit.SECONDS).getTrailers()))
                  .isEqualTo(Refusal.Reason.DRAINING);
            });
  }

  @Test
  void aStreamThatWaitsEndsAtTheServersOwnDeadline() {
    runner
        .withPropertyValues(
            "platform.deadline.stream.open-timeout=0s",
            "platform.deadline.stream.idle-timeout=1m",
            "platform.ratelimit.server.methods[*].rate=1/h",
            "platform.ratelimit.server.methods[*].burst=2")
        .run(
            context -> {
              Talk talk = new Talk(channel(context));
              talk.say("one");
              talk.say("two");
              clock.awaitTask(Duration.ofHours(1), SOON);

              clock.advance(Duration.ofSeconds(61));

              assertThat(talk.failed.get(10, TimeUnit.SECONDS).getStatus().getCode())
                  .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            });
  }

  /** A client's side of a stream. */
  private static final class Talk implements StreamObserver<EchoResponse> {
    private final CompletableFuture<StatusRuntimeException> failed = new CompletableFuture<>();
    private final StreamObserver<EchoRequest> requests;

    Talk(Channel channel) {
      requests = EchoServiceGrpc.newStub(channel).bidi(this);
    }

    void say(String text) {
      requests.onNext(EchoRequest.newBuilder().setText(text).build());
    }

    @Override
    public void onNext(EchoResponse answer) {}

    @Override
    public void onError(Throwable thrown) {
      failed.complete((StatusRuntimeException) thrown);
    }

    @Override
    public void onCompleted() {}
  }
}
