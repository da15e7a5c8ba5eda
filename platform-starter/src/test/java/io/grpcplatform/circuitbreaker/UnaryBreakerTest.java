package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The breaker around unary calls over loopback: opening, probing, closing, and what counts. */
final class UnaryBreakerTest {

  private final Backend backend = new Backend();
  private Loopback loopback;
  private BreakerBench bench;
  private EchoServiceBlockingStub stub;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(backend);
    use(new BreakerBench());
  }

  private void use(BreakerBench used) {
    bench = used;
    stub = EchoServiceGrpc.newBlockingStub(loopback.channel(bench.stage));
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private @Nullable StatusRuntimeException call() {
    try {
      stub.unary(EchoRequest.getDefaultInstance());
      return null;
    } catch (StatusRuntimeException failed) {
      return failed;
    }
  }

  private void calls(int count) {
    for (int i = 0; i < count; i++) {
      call();
    }
  }

  private void open() {
    backend.failing = Status.UNAVAILABLE;
    calls(4);
    assertThat(bench.breaker().getState()).isEqualTo(State.OPEN);
    backend.failing = null;
  }

  @Test
  void failuresOpenTheBreakerAndSpareTheBackend() {
    open();
    backend.calls.set(0);

    StatusRuntimeException refused = call();

    assertThat(backend.calls).hasValue(0);
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    assertThat(refused.getStatus().getDescription())
        .isEqualTo(
            "The circuit breaker payment:platform.test.v1.EchoService is OPEN"
                + " (resilience4j.circuitbreaker.instances"
                + "[payment:platform.test.v1.EchoService], configs.grpc)");
  }

  @Test
  void aRefusalTellsWhatIsLeftOfTheOpenState() throws Exception {
    open();
    bench.clock.advance(Duration.ofMillis(1_800));

    assertThat(retryAfter(call())).isEqualTo(Duration.ofMillis(3_200));
  }

  private static Duration retryAfter(StatusRuntimeException refused) throws Exception {
    RetryInfo retry =
        StatusProto.fromThrowable(refused).getDetailsList().stream()
            .filter(detail -> detail.is(RetryInfo.class))
            .findFirst()
            .orElseThrow()
            .unpack(RetryInfo.class);
    return Duration.ofSeconds(retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos());
  }

  @Test
  void eachOpeningInARowIsToldToLastLonger() throws Exception {
    open();
    bench.waitOutOpenState();
    backend.failing = Status.UNAVAILABLE;
    calls(3);

    assertThat(retryAfter(call())).isEqualTo(Duration.ofSeconds(10));

    bench.clock.advance(Duration.ofMillis(10_001));
    backend.failing = null;
    calls(3);
    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
    open();
    assertThat(retryAfter(call()))
        .as("counted anew after closing")
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void threeGoodProbesCloseTheBreaker() {
    open();
    bench.waitOutOpenState();

    calls(2);
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    calls(1);

    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void failingProbesOpenTheBreakerAgain() {
    open();
    bench.waitOutOpenState();
    backend.failing = Status.UNAVAILABLE;

    calls(3);

    assertThat(bench.breaker().getState()).isEqualTo(State.OPEN);
  }

  @Test
  void theChannelConnectsBeforeTheBreakerHalfOpens() {
    open();

    bench.clock.advance(Duration.ofMillis(3_999));
    assertThat(bench.connects).hasValue(0);
    bench.clock.advance(Duration.ofMillis(1));
    assertThat(bench.connects).as("a second ahead").hasValue(1);
    bench.clock.advance(Duration.ofMillis(1_001));
    calls(2);

    assertThat(bench.connects).as("and once when probing begins").hasValue(2);
  }

  @Test
  void aThirdProbeTooManyIsRefusedAsHalfOpen() throws Exception {
    open();
    bench.waitOutOpenState();
    Conversation[] probes = new Conversation[3];
    for (int i = 0; i < probes.length; i++) {
      probes[i] = new Conversation(loopback.channel(bench.stage));
    }

    StatusRuntimeException refused = call();

    assertThat(refused.getStatus().getDescription()).contains("is HALF_OPEN");
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "INTERNAL", "DATA_LOSS", "UNKNOWN"})
  void theBackendsFaultsCountAsFailures(Status.Code code) {
    backend.failing = code.toStatus();

    call();

    assertThat(bench.breaker().getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED"
      })
  void theCallersFaultsCountAsSuccesses(Status.Code code) {
    backend.failing = code.toStatus();

    call();

    assertThat(bench.breaker().getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"RESOURCE_EXHAUSTED", "UNIMPLEMENTED"})
  void overloadAndMissingMethodsCountAsNothing(Status.Code code) {
    backend.failing = code.toStatus();

    call();

    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERLOADED", "DRAINING"})
  void anotherPlatformsOverloadAndDrainCountAsNothing(Refusal.Reason reason) throws Exception {
    Metadata trailers = new Refusal(reason, "elsewhere", null).trailers();
    try (Loopback refusing =
        Loopback.serving(
            new EchoServiceGrpc.EchoServiceImplBase() {
              @Override
              public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
                response.onError(Status.UNAVAILABLE.asException(trailers));
              }
            })) {
      stub = EchoServiceGrpc.newBlockingStub(refusing.channel(bench.stage));

      call();
    }

    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @Test
  void aFairBudgetThatRanOutCountsAsFailure() throws Exception {
    stub = stub.withDeadlineAfter(Duration.ofMillis(80));
    backend.failing = Status.DEADLINE_EXCEEDED;

    call();

    assertThat(bench.breaker().getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
  }

  @Test
  void anUnfairBudgetThatRanOutCountsAsNothing() {
    use(new BreakerBench("fair-budget", "90s"));
    stub = stub.withDeadlineAfter(Duration.ofSeconds(80));
    backend.failing = Status.DEADLINE_EXCEEDED;

    call();

    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @Test
  void overloadGivesAProbesPermitBack() {
    open();
    bench.waitOutOpenState();
    backend.failing = Status.RESOURCE_EXHAUSTED;
    calls(20);
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);

    backend.failing = null;
    calls(3);

    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void theTableCanBeChangedPerMethod() {
    use(
        new BreakerBench(
            "outcomes.not-found", "ignored",
            "channels.payment.outcomes.not-found", "overload",
            "methods[platform.test.v1.EchoService/Unary].outcomes.not-found", "failure"));
    backend.failing = Status.NOT_FOUND;

    call();

    assertThat(bench.breaker().getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
  }

  @Test
  void eachGranularityHasItsOwnNames() {
    use(new BreakerBench("granularity", "channel"));
    call();
    assertThat(bench.registry.find("payment")).isPresent();

    use(new BreakerBench("granularity", "method"));
    call();
    assertThat(bench.registry.find("payment:platform.test.v1.EchoService:Unary")).isPresent();
  }

  @Test
  void switchedOffNothingIsAsked() {
    use(new BreakerBench("enabled", "false"));

    call();

    assertThat(bench.registry.getAllCircuitBreakers()).isEmpty();
  }

  @Test
  void aBreakerForcedOpenByHandNamesItsState() {
    bench.breaker().transitionToForcedOpenState();

    assertThat(call().getStatus().getDescription()).contains("is FORCED_OPEN");
  }

  @Test
  void aReplacedBreakerTakesOver() {
    call();
    bench.registry.replace(
        BreakerBench.NAME, CircuitBreaker.of(BreakerBench.NAME, bench.registry.getDefaultConfig()));
    bench.breaker().transitionToForcedOpenState();

    assertThat(call().getStatus().getDescription()).contains("is FORCED_OPEN");
  }
}
