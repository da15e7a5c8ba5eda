package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.client.GrpcClient;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a service that stops still needs, it still has: its channels outlive its server. */
final class DrainWithDownstreamTest {

  @Test
  void aHandlerStillReachesItsBackendWhileDraining() throws Exception {
    Server backend =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new EchoBehaviour())
            .build()
            .start();
    ConfigurableApplicationContext front =
        new SpringApplicationBuilder(Front.class)
            .web(WebApplicationType.NONE)
            .run(
                "--platform.server.port=0",
                "--platform.client.channels.backend.target=127.0.0.1:" + backend.getPort());
    Relay relay = front.getBean(Relay.class);
    CountDownLatch draining = new CountDownLatch(1);
    front
        .getBean(DrainSignal.class)
        .subscribe(
            phase -> {
              if (phase == DrainSignal.Phase.DRAINING) {
                draining.countDown();
              }
            });
    int port = front.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
    ManagedChannel caller =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().disableRetry().build();

    var answer =
        EchoServiceGrpc.newFutureStub(caller)
            .unary(EchoRequest.newBuilder().setText("hello").build());
    assertThat(relay.entered.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(front::close);
    assertThat(draining.await(10, TimeUnit.SECONDS)).isTrue();
    relay.proceed.countDown();

    assertThat(answer.get(10, TimeUnit.SECONDS).getText()).isEqualTo("hello");
    closed.get(30, TimeUnit.SECONDS);
    caller.shutdownNow();
    backend.shutdownNow();
    assertThat(backend.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Front {

    @Bean
    Relay relay(@GrpcClient("backend") EchoServiceBlockingStub backend) {
      return new Relay(backend);
    }
  }

  /** Asks the backend only when it is told to go on. */
  static final class Relay extends EchoServiceGrpc.EchoServiceImplBase {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch proceed = new CountDownLatch(1);
    private final EchoServiceBlockingStub backend;

    Relay(EchoServiceBlockingStub backend) {
      this.backend = backend;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      entered.countDown();
      try {
        if (!proceed.await(10, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody told the relay to go on");
        }
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
      response.onNext(backend.unary(request));
      response.onCompleted();
    }
  }
}
