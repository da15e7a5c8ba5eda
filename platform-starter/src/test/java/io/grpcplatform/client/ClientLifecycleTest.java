package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;

class ClientLifecycleTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final EchoServer server = new EchoServer("payment");
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
          .withPropertyValues(server.targetOf("payment"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void letsAStreamFinishBeforeItStops() {
    application.run(
        context -> {
          ClientLifecycle lifecycle =
              new ClientLifecycle(context.getBean(SharedChannels.class), Duration.ofMinutes(1));
          Stream stream = new Stream();
          StreamObserver<EchoRequest> requests = stream.open(context.getBean(GrpcChannels.class));
          CountDownLatch stopped = new CountDownLatch(1);
          lifecycle.start();

          lifecycle.stop(stopped::countDown);
          // On this thread: had stop waited for the stream, it would never have come here.
          requests.onCompleted();

          assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
          assertThat(stream.ended.get(30, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.OK);
          assertThat(lifecycle.isRunning()).isFalse();
        });
  }

  @Test
  void cutsStreamsWhenItsPatienceEnds() {
    application.run(
        context -> {
          ClientLifecycle lifecycle =
              new ClientLifecycle(context.getBean(SharedChannels.class), Duration.ofMillis(1));
          Stream stream = new Stream();
          stream.open(context.getBean(GrpcChannels.class));
          lifecycle.start();

          lifecycle.stop();

          assertThat(stream.ended.get(30, TimeUnit.SECONDS).getCode())
              .isEqualTo(Status.Code.UNAVAILABLE);
        });
  }

  @Test
  void startsBeforeTheServerAndStopsAfterIt() {
    application.run(
        context -> {
          int phase = context.getBean(ClientLifecycle.class).getPhase();

          assertThat(phase).isLessThan(SmartLifecycle.DEFAULT_PHASE - 1024);
        });
  }

  /** A bidi stream that is open once its first message was answered. */
  private static final class Stream implements StreamObserver<EchoResponse> {
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final CountDownLatch open = new CountDownLatch(1);

    StreamObserver<EchoRequest> open(GrpcChannels channels) throws InterruptedException {
      StreamObserver<EchoRequest> requests =
          channels.stub("payment", EchoServiceStub.class).bidi(this);
      requests.onNext(HELLO);
      assertThat(open.await(30, TimeUnit.SECONDS)).isTrue();
      return requests;
    }

    @Override
    public void onNext(EchoResponse response) {
      open.countDown();
    }

    @Override
    public void onError(Throwable failed) {
      ended.complete(Status.fromThrowable(failed));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }
}
