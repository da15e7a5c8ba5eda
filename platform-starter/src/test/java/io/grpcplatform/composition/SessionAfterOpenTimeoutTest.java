package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A session whose backend stays away for longer than a stream may take to open. */
@Timeout(120)
final class SessionAfterOpenTimeoutTest {

  private static final Duration RESUMED_WITHIN = Duration.ofSeconds(2);
  private static final int RETURNS = 3;
  private static final int TIMEOUTS = 8;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  @Test
  void resumesSoonThoughEarlierAttemptsTimedOut() throws Exception {
    Loopback server = serve(0);
    int port = server.port();
    try (ConfigurableApplicationContext application = client(port)) {
      Channel channel = application.getBean(GrpcChannels.class).channel("numbered");
      ResumableStream<NumberedRequest, NumberedResponse> session =
          application
              .getBean(Sessions.class)
              .open(
                  channel,
                  NumberedServiceGrpc.getProcessMethod(),
                  answer -> CompletableFuture.completedFuture(null));
      done(say(session), Duration.ofSeconds(20));

      for (int i = 1; i <= RETURNS; i++) {
        server.stop();
        CompletionStage<Void> said = say(session);
        for (int timeouts = 1; timeouts <= TIMEOUTS; timeouts++) {
          assertThat(Refusal.reasonOf(waitingStream(channel).getTrailers()))
              .isEqualTo(Refusal.Reason.OPEN_TIMEOUT);
        }
        server = serve(port);
        long back = System.nanoTime();

        done(said, RESUMED_WITHIN);

        System.out.printf(
            "session resumed %d ms after the server was back%n",
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back));
      }
      session.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } finally {
      server.close();
    }
  }

  private static Loopback serve(int port) throws Exception {
    return Loopback.serving(port, new OneSession(Sessions.plain()));
  }

  private static ConfigurableApplicationContext client(int port) {
    return new SpringApplicationBuilder(Application.class)
        .web(WebApplicationType.NONE)
        .run(
            "--platform.server.enabled=false",
            "--platform.client.channels.numbered.target=static://127.0.0.1:" + port,
            "--platform.circuitbreaker.enabled=false",
            "--platform.deadline.stream.open-timeout=350ms");
  }

  private static CompletionStage<Void> say(
      ResumableStream<NumberedRequest, NumberedResponse> session) {
    return session.send(NumberedRequest.newBuilder().setText("hello").build());
  }

  private static void done(CompletionStage<Void> stage, Duration limit) throws Exception {
    stage.toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** How a stream ends that waits for its connection as a session's do, but touches no back-off. */
  private static StatusRuntimeException waitingStream(Channel channel) throws Exception {
    CompletableFuture<StatusRuntimeException> failed = new CompletableFuture<>();
    var unused =
        NumberedServiceGrpc.newStub(channel)
            .withWaitForReady()
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
