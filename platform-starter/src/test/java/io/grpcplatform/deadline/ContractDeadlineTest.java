package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.PolicyServiceGrpc;
import io.grpcplatform.test.v1.PolicyServiceGrpc.PolicyServiceBlockingStub;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a contract says of its methods, and which property says more. */
final class ContractDeadlineTest {

  private static final String PATIENT = "methods[platform.test.v1.PolicyService/Patient]";
  private static final String SERVICE = "methods[platform.test.v1.PolicyService/*]";
  private static final String WATCH = "stream.methods[platform.test.v1.PolicyService/Watch]";
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  /** Answers every unary method. */
  private static final class Handler extends PolicyServiceGrpc.PolicyServiceImplBase {
    @Override
    public void silent(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer(response);
    }

    @Override
    public void patient(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer(response);
    }

    @Override
    public void endless(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer(response);
    }

    @Override
    public StreamObserver<EchoRequest> watch(StreamObserver<EchoResponse> response) {
      return new EchoBehaviour().bidi(response);
    }

    private static void answer(StreamObserver<EchoResponse> response) {
      response.onNext(EchoResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  private static long secondsOfPatient(String... settings) throws Exception {
    try (LiveEcho served = new LiveEcho(new Handler(), settings)) {
      stub(served).patient(HELLO);
      return Math.round(served.leftOnTheWire() / 1000.0);
    }
  }

  private static PolicyServiceBlockingStub stub(LiveEcho served) {
    return PolicyServiceGrpc.newBlockingStub(served.channel);
  }

  @Test
  void theContractWinsOverServiceChannelAndDefault() throws Exception {
    assertThat(secondsOfPatient("default", "50s")).isBetween(590L, 600L);
    assertThat(secondsOfPatient("channels.payment", "50s")).isBetween(590L, 600L);
    assertThat(secondsOfPatient(SERVICE, "50s")).isBetween(590L, 600L);
  }

  @Test
  void aMethodsPropertyWinsOverItsContract() throws Exception {
    assertThat(secondsOfPatient(PATIENT, "50s")).isBetween(40L, 50L);
  }

  @Test
  void aContractOfZeroMeansNoDeadline() throws Exception {
    try (LiveEcho served = new LiveEcho(new Handler())) {
      stub(served).endless(HELLO);
      assertThat(served.wire.last()).isNull();

      stub(served).silent(HELLO);
      assertThat(served.wire.last()).isNotNull();
    }
  }

  @Test
  void aContractIsOverruledWhileTheServiceRuns() throws Exception {
    try (LiveEcho served = new LiveEcho(new Handler())) {
      stub(served).patient(HELLO);
      assertThat(served.leftOnTheWire()).isGreaterThan(60_000);

      served.apply(PATIENT, "50s");
      stub(served).patient(HELLO);

      assertThat(served.leftOnTheWire()).isBetween(1L, 50_000L);
    }
  }

  private static StreamLimits limits(String... settings) {
    return Settings.of(settings)
        .streamLimits(
            CallKey.of("payment", PolicyServiceGrpc.getWatchMethod()),
            MethodPolicy.of(PolicyServiceGrpc.getWatchMethod()));
  }

  @Test
  void eachStreamLimitIsTheFirstThatSaysSomething() {
    StreamLimits limits =
        limits(
            WATCH + ".idle-timeout",
            "7s",
            "stream.methods[platform.test.v1.PolicyService/*].idle-timeout",
            "8s",
            "stream.methods[platform.test.v1.PolicyService/*].max-age",
            "9s",
            "stream.methods[platform.test.v1.PolicyService/*].open-timeout",
            "10s",
            "stream.message-timeout",
            "11s");

    assertThat(limits.idle().nanos()).as("method").isEqualTo(Duration.ofSeconds(7).toNanos());
    assertThat(limits.age().nanos()).as("contract").isZero();
    assertThat(limits.open().nanos()).as("service").isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(limits.answer().nanos()).as("shared").isEqualTo(Duration.ofSeconds(11).toNanos());
    assertThat(limits.idle().property()).isEqualTo("platform.deadline." + WATCH + ".idle-timeout");
    assertThat(limits.age().property())
        .isEqualTo(
            "option (platform.v1.policy) of platform.test.v1.PolicyService/Watch, stream.max_age");
  }

  @Test
  void aStreamIsEndedByTheLimitOfItsContract() throws Exception {
    try (LiveEcho served = new LiveEcho(new Handler(), "stream.idle-timeout", "1h")) {
      CompletableFuture<Throwable> failed = new CompletableFuture<>();
      CompletableFuture<EchoResponse> opened = new CompletableFuture<>();
      StreamObserver<EchoRequest> requests =
          PolicyServiceGrpc.newStub(served.channel)
              .watch(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(EchoResponse answer) {
                      opened.complete(answer);
                    }

                    @Override
                    public void onError(Throwable thrown) {
                      failed.complete(thrown);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(HELLO);
      opened.get(10, TimeUnit.SECONDS);

      served.clock.advance(Duration.ofSeconds(60));

      assertThat(failed.get(10, TimeUnit.SECONDS))
          .hasMessageContaining("for 60000 ms (option (platform.v1.policy) of");
    }
  }
}
