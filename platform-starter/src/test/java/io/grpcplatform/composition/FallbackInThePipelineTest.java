package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.circuitbreaker.CircuitBreakerFallback;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceFutureStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A fallback under an open breaker, through every stage that an application has by default. */
final class FallbackInThePipelineTest {

  private static volatile boolean success;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {
    @Bean
    CircuitBreakerFallback<EchoRequest, EchoResponse> cached() {
      return new CircuitBreakerFallback<>() {
        @Override
        public MethodDescriptor<EchoRequest, EchoResponse> method() {
          return EchoServiceGrpc.getUnaryMethod();
        }

        @Override
        public EchoResponse answer(EchoRequest request) {
          return EchoResponse.newBuilder().setText("cached " + request.getText()).build();
        }

        @Override
        public boolean reportedAsSuccess() {
          return success;
        }
      };
    }
  }

  @ParameterizedTest
  @CsvSource({"false, UNAVAILABLE", "true, OK"})
  void everyStubIsAnsweredAndMetersTellTheTruth(boolean reportedAsSuccess, String status)
      throws Exception {
    success = reportedAsSuccess;
    try (Loopback loopback = Loopback.serving(new EchoBehaviour());
        ConfigurableApplicationContext application = application(loopback.port())) {
      GrpcChannels channels = application.getBean(GrpcChannels.class);
      EchoRequest hello = EchoRequest.newBuilder().setText("hello").build();
      EchoServiceBlockingStub blocking = channels.stub("payment", EchoServiceBlockingStub.class);
      assertThat(blocking.unary(hello).getText()).isEqualTo("hello");
      application
          .getBean(CircuitBreakerRegistry.class)
          .circuitBreaker("payment:platform.test.v1.EchoService")
          .transitionToForcedOpenState();

      List<String> answers =
          List.of(
              blocking.unary(hello).getText(),
              channels
                  .stub("payment", EchoServiceFutureStub.class)
                  .unary(hello)
                  .get(10, TimeUnit.SECONDS)
                  .getText(),
              asynchronous(channels.stub("payment", EchoServiceStub.class), hello));

      assertThat(answers).containsOnly("cached hello");
      assertThat(timed(application, status)).isEqualTo(status.equals("OK") ? 4 : 3);
      assertThat(timed(application, "OK") + timed(application, "UNAVAILABLE")).isEqualTo(4);
    }
  }

  private static ConfigurableApplicationContext application(int port) {
    return new SpringApplicationBuilder(App.class)
        .web(WebApplicationType.NONE)
        .run(
            "--platform.server.enabled=false",
            "--platform.client.channels.payment.target=127.0.0.1:" + port,
            "--spring.main.banner-mode=off");
  }

  private static String asynchronous(EchoServiceStub stub, EchoRequest request) throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    stub.unary(
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(EchoResponse response) {
            answer.complete(response.getText());
          }

          @Override
          public void onError(Throwable failed) {
            answer.completeExceptionally(failed);
          }

          @Override
          public void onCompleted() {}
        });
    return answer.get(10, TimeUnit.SECONDS);
  }

  private static long timed(ConfigurableApplicationContext application, String status) {
    return application.getBean(MeterRegistry.class).find("grpc.client").timers().stream()
        .filter(
            timer -> timer.getId().getTags().stream().anyMatch(t -> t.getValue().equals(status)))
        .mapToLong(Timer::count)
        .sum();
  }
}
