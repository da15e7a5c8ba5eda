package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Breakers on a plain grpc-java channel, without Spring. */
final class CircuitBreakersTest {

  private final Backend backend = new Backend();
  private Loopback server;
  private NettyChannelBuilder builder;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server = Loopback.serving(backend);
    builder = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.close();
  }

  private StatusRuntimeException failedCall() {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> EchoServiceGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance()));
  }

  @Test
  void oneLineGuardsAPlainChannel() {
    ClientPipeline.of("payment", List.of(CircuitBreakers.client())).install(builder);
    channel = builder.build();
    backend.failing = Status.UNAVAILABLE;
    for (int i = 0; i < 20; i++) {
      failedCall();
    }

    StatusRuntimeException refused = failedCall();

    assertThat(backend.calls).hasValue(20);
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
  }

  @Test
  void aRegistryOfTheCallersShowsThemAll() throws Exception {
    CircuitBreakerRegistry registry =
        CircuitBreakerRegistry.of(
            CircuitBreakerConfig.from(CircuitBreakers.defaults())
                .minimumNumberOfCalls(5)
                .waitIntervalFunctionInOpenState(attempt -> 2_000L)
                .build());
    LinkedBlockingQueue<String> connected = new LinkedBlockingQueue<>();
    ClientPipeline.of("payment", List.of(CircuitBreakers.client(registry, connected::add)))
        .install(builder);
    channel = builder.build();
    backend.failing = Status.UNAVAILABLE;

    for (int i = 0; i < 5; i++) {
      failedCall();
    }

    CircuitBreaker breaker = registry.find("payment:platform.test.v1.EchoService").orElseThrow();
    assertThat(breaker.getState()).isEqualTo(State.OPEN);
    assertThat(connected.poll(10, TimeUnit.SECONDS))
        .as("asked to connect before the probes")
        .isEqualTo("payment");
  }

  @Test
  void theDefaultsAreThoseOfAnApplication() {
    channel = builder.build();
    CircuitBreakerConfig config = CircuitBreakers.defaults();

    assertThat(config.getMinimumNumberOfCalls()).isEqualTo(20);
    assertThat(config.getMaxWaitDurationInHalfOpenState()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.getWaitIntervalFunctionInOpenState().apply(9)).isEqualTo(60_000);
  }
}
