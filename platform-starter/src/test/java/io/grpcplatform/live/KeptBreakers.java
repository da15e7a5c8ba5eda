package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpcplatform.Refusal;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.time.Duration;
import org.springframework.context.ApplicationContext;

/**
 * Two breakers that calls go through and that must stay as they are however often their settings
 * change: one is open by hand, one because its calls failed.
 */
final class KeptBreakers {

  private static final String CONFIG = "--resilience4j.circuitbreaker.configs.grpc.";

  static final String OPENS_SOON = CONFIG + "minimum-number-of-calls=2";
  static final String STAYS_OPEN = CONFIG + "wait-duration-in-open-state=10m";
  static final String GROWS_NO_LONGER = CONFIG + "exponential-max-wait-duration-in-open-state=10m";

  /** What must hold for the breakers to be asked. */
  static final String SEEN =
      """
      platform.circuitbreaker.enabled: true
      platform.circuitbreaker.granularity: service
      """;

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final EchoRequest FAIL = EchoRequest.newBuilder().setText("throw").build();

  private final CircuitBreakerRegistry registry;
  private final EchoServiceBlockingStub refusing;
  private final EchoServiceBlockingStub failing;
  private final CircuitBreaker byHand;
  private final CircuitBreaker byFailures;
  private final Duration remaining;
  private final long since;

  KeptBreakers(ApplicationContext client, String refusingChannel, String failingChannel)
      throws InvalidProtocolBufferException {
    GrpcChannels channels = client.getBean(GrpcChannels.class);
    registry = client.getBean(CircuitBreakerRegistry.class);
    refusing = channels.stub(refusingChannel, EchoServiceBlockingStub.class);
    failing = channels.stub(failingChannel, EchoServiceBlockingStub.class);
    refusing.unary(HELLO);
    assertThat(failed(failing, FAIL)).isNotNull();
    assertThat(failed(failing, FAIL)).isNotNull();
    byHand = registry.circuitBreaker(name(refusingChannel));
    byHand.transitionToForcedOpenState();
    byFailures = registry.circuitBreaker(name(failingChannel));
    assertThat(byFailures.getState()).isEqualTo(State.OPEN);
    remaining = wait(refused(failing));
    since = System.nanoTime();
  }

  private static String name(String channel) {
    return channel + ":" + EchoServiceGrpc.SERVICE_NAME;
  }

  /** Others by now, in the same states, of which the one that ends has not begun anew. */
  void verify() throws InvalidProtocolBufferException {
    CircuitBreaker stillByHand = registry.circuitBreaker(byHand.getName());
    CircuitBreaker stillByFailures = registry.circuitBreaker(byFailures.getName());
    assertThat(stillByHand).as("changed").isNotSameAs(byHand);
    assertThat(stillByFailures).as("changed").isNotSameAs(byFailures);
    assertThat(stillByHand.getState()).isEqualTo(State.FORCED_OPEN);
    assertThat(stillByFailures.getState()).isEqualTo(State.OPEN);
    refused(refusing);
    Duration left = wait(refused(failing));
    Duration passed = Duration.ofNanos(System.nanoTime() - since);
    assertThat(left).isCloseTo(remaining.minus(passed), Duration.ofSeconds(1));
  }

  private static StatusRuntimeException failed(EchoServiceBlockingStub stub, EchoRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(request));
  }

  private static StatusRuntimeException refused(EchoServiceBlockingStub stub) {
    StatusRuntimeException refused = failed(stub, HELLO);
    assertThat(refused).isNotNull();
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    return refused;
  }

  private static Duration wait(StatusRuntimeException refused)
      throws InvalidProtocolBufferException {
    com.google.protobuf.Duration told =
        StatusProto.fromThrowable(refused).getDetails(1).unpack(RetryInfo.class).getRetryDelay();
    return Duration.ofSeconds(told.getSeconds(), told.getNanos());
  }
}
