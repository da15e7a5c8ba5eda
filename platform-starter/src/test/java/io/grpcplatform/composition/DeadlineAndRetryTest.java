package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.client.ClientAutoConfiguration;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.deadline.DeadlineAutoConfiguration;
import io.grpcplatform.retry.RetryAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A deadline of one method and retries of its whole service, on one channel. */
final class DeadlineAndRetryTest {

  private static final EchoRequest REQUEST = EchoRequest.newBuilder().setText("hello").build();
  private static final String SERVICE = "platform.test.v1.StockService/";

  private final Backend backend = new Backend();
  private Server server;

  @BeforeEach
  void serve() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(backend)
            .build()
            .start();
  }

  @AfterEach
  void close() {
    server.shutdownNow();
  }

  @Test
  void theServicesRetriesHoldUnderTheMethodsDeadline() {
    backend.failures = 3;
    calling(
        stub -> {
          String text = stub.look(REQUEST).getText();

          assertThat(text).isEqualTo("hello");
          assertThat(backend.millisLeft).hasSize(4).allMatch(left -> left <= 700 && left > 0);
        });
  }

  @Test
  void theMethodsDeadlineEndsTheLastAttempt() {
    backend.failures = 2;
    backend.silent = true;
    calling(
        stub -> {
          StatusRuntimeException failed =
              catchThrowableOfType(StatusRuntimeException.class, () -> stub.look(REQUEST));

          assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
          assertThat(backend.millisLeft).hasSize(3);
        });
  }

  /** A test of one stub. */
  private interface Calling {
    void with(StockServiceBlockingStub stub);
  }

  private void calling(Calling test) {
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                PlatformAutoConfiguration.class,
                ClientAutoConfiguration.class,
                DeadlineAutoConfiguration.class,
                RetryAutoConfiguration.class))
        .withPropertyValues(
            "platform.client.channels.stock.target=static://127.0.0.1:" + server.getPort(),
            "platform.deadline.methods[" + SERVICE + "Look]=700ms",
            "platform.retry.methods[" + SERVICE + "*].max-attempts=4",
            "platform.retry.initial-backoff=1ms",
            "platform.retry.max-backoff=5ms")
        .run(
            context -> {
              StockServiceBlockingStub stub =
                  context.getBean(GrpcChannels.class).stub("stock", StockServiceBlockingStub.class);
              // Connects, so that the deadline is spent on attempts.
              stub.put(REQUEST);
              test.with(stub);
            });
  }

  /** Fails the first attempts, then answers or says nothing. */
  private static final class Backend extends StockServiceGrpc.StockServiceImplBase {
    private final List<Long> millisLeft = new CopyOnWriteArrayList<>();
    private int failures;
    private boolean silent;

    @Override
    public void look(EchoRequest request, StreamObserver<EchoResponse> response) {
      millisLeft.add(Context.current().getDeadline().timeRemaining(TimeUnit.MILLISECONDS));
      if (millisLeft.size() <= failures) {
        response.onError(Status.UNAVAILABLE.asException());
      } else if (!silent) {
        put(request, response);
      }
    }

    @Override
    public void put(EchoRequest request, StreamObserver<EchoResponse> response) {
      response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
      response.onCompleted();
    }
  }
}
