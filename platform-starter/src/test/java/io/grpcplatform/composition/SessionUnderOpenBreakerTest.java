package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.stream.ResumableStream;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A session on a channel with every stage, whose backend is down until its breaker has opened. */
@Timeout(120)
final class SessionUnderOpenBreakerTest {

  private static final Duration RESUMED_WITHIN = Duration.ofSeconds(2);
  private static final int RETURNS = 3;

  private Loopback server;
  private ConfigurableApplicationContext application;
  private Channel channel;
  private CircuitBreaker breaker;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  @BeforeEach
  void start() throws Exception {
    server = serve(0);
    application =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .run(
                "--platform.server.enabled=false",
                "--platform.client.channels.numbered.target=static://127.0.0.1:" + server.port(),
                "--platform.deadline.stream.max-age=10m",
                "--resilience4j.circuitbreaker.configs.grpc.minimum-number-of-calls=3",
                "--resilience4j.circuitbreaker.configs.grpc.sliding-window-size=3",
                "--resilience4j.circuitbreaker.configs.grpc.wait-duration-in-open-state=10m");
    channel = application.getBean(GrpcChannels.class).channel("numbered");
    breaker =
        application
            .getBean(CircuitBreakerRegistry.class)
            .circuitBreaker("numbered:platform.test.v1.NumberedService");
  }

  private static Loopback serve(int port) throws Exception {
    return Loopback.serving(port, new OneSession(Sessions.plain()));
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
    server.close();
  }

  @Test
  void resumesSoonAfterTheServerIsBackThoughTheBreakerIsOpen() throws Exception {
    ResumableStream<NumberedRequest, NumberedResponse> session =
        application
            .getBean(Sessions.class)
            .open(
                channel,
                NumberedServiceGrpc.getProcessMethod(),
                answer -> CompletableFuture.completedFuture(null));
    done(say(session), Duration.ofSeconds(20));

    for (int i = 1; i <= RETURNS; i++) {
      int port = server.port();
      server.stop();
      CompletionStage<Void> said = say(session);
      openTheBreaker();
      server = serve(port);
      long back = System.nanoTime();

      done(said, RESUMED_WITHIN);

      System.out.printf(
          "session resumed %d ms after the server was back%n",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back));
      assertThat(breaker.getState()).isEqualTo(State.OPEN);
      assertThat(Refusal.reasonOf(ordinaryStream().getTrailers()))
          .isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
      breaker.reset();
    }
    session.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void anApplicationThatStopsCancelsItsSessionsBeforeItsChannels() throws Exception {
    ResumableStream<NumberedRequest, NumberedResponse> session =
        application
            .getBean(Sessions.class)
            .open(
                channel,
                NumberedServiceGrpc.getProcessMethod(),
                answer -> CompletableFuture.completedFuture(null));
    done(say(session), Duration.ofSeconds(20));

    application.close();

    CompletableFuture<Void> ended = session.complete().toCompletableFuture();
    assertThatThrownBy(() -> ended.get(20, TimeUnit.SECONDS))
        .hasMessageContaining("CANCELLED: The application stops");
  }

  private static CompletionStage<Void> say(
      ResumableStream<NumberedRequest, NumberedResponse> session) {
    return session.send(NumberedRequest.newBuilder().setText("hello").build());
  }

  private static void done(CompletionStage<Void> stage, Duration limit) throws Exception {
    stage.toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void openTheBreaker() throws Exception {
    while (breaker.getState() != State.OPEN) {
      assertThat(ordinaryStream().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  /** How a stream ends that is opened like any other. */
  private StatusRuntimeException ordinaryStream() throws Exception {
    CompletableFuture<StatusRuntimeException> failed = new CompletableFuture<>();
    var unused =
        NumberedServiceGrpc.newStub(channel)
            .process(
                new StreamObserver<>() {
                  @Override
                  public void onNext(NumberedResponse answer) {}

                  @Override
                  public void onError(Throwable thrown) {
                    failed.complete((StatusRuntimeException) thrown);
                  }

                  @Override
                  public void onCompleted() {}
                });
    return failed.get(20, TimeUnit.SECONDS);
  }
}
