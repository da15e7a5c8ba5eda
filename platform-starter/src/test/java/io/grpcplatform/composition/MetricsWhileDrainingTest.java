package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A web server with the default graceful shutdown is there until the drain is over. */
final class MetricsWhileDrainingTest {

  @Test
  void metricsAreAnsweredWhileCallsAreDrained() throws Exception {
    ConfigurableApplicationContext application =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.SERVLET)
            .run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--platform.server.port=0",
                "--management.endpoints.web.exposure.include=metrics");
    int web = application.getEnvironment().getRequiredProperty("local.server.port", int.class);
    int grpc = application.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
    Held held = application.getBean(Held.class);
    CountDownLatch draining = new CountDownLatch(1);
    application
        .getBean(DrainSignal.class)
        .subscribe(
            phase -> {
              if (phase == DrainSignal.Phase.DRAINING) {
                draining.countDown();
              }
            });
    ManagedChannel caller =
        NettyChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();
    var answer = EchoServiceGrpc.newFutureStub(caller).unary(EchoRequest.getDefaultInstance());
    assertThat(held.entered.await(10, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<Void> closed = CompletableFuture.runAsync(application::close);
    assertThat(draining.await(10, TimeUnit.SECONDS)).isTrue();
    String drain = get("http://127.0.0.1:" + web + "/actuator/metrics/platform.lifecycle.draining");
    held.proceed.countDown();

    assertThat(drain).contains("\"value\":1.0");
    assertThat(answer.get(10, TimeUnit.SECONDS)).isNotNull();
    closed.get(30, TimeUnit.SECONDS);
    caller.shutdownNow();
  }

  private static String get(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(Held.class)
  static class Application {}

  /** Answers when it is told to. */
  static final class Held extends EchoServiceGrpc.EchoServiceImplBase {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch proceed = new CountDownLatch(1);

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      entered.countDown();
      try {
        if (!proceed.await(10, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody told the handler to go on");
        }
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
      response.onNext(EchoResponse.getDefaultInstance());
      response.onCompleted();
    }
  }
}
