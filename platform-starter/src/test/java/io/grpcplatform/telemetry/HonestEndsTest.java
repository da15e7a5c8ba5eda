package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.opentelemetry.api.trace.SpanKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of a call's end where something else went wrong before. */
final class HonestEndsTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final Recording recording = new Recording();
  private Loopback loopback;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    loopback =
        Loopback.serving(new PassedOn(), recording.serverFeatures().toArray(ServerFeature[]::new));
    channel = loopback.channel(recording.clientFeatures().toArray(ClientFeature[]::new));
  }

  @AfterEach
  void stop() throws Exception {
    loopback.close();
    recording.close();
  }

  @Test
  void aFailureThatIsPassedOnIsNoRefusalOfThisServer() throws Exception {
    Throwable failed = catchThrowable(() -> EchoServiceGrpc.newBlockingStub(channel).unary(HELLO));
    recording.span(SpanKind.SERVER);
    recording.span(SpanKind.CLIENT);

    assertThat(failed).hasMessageContaining("UNAVAILABLE");
    assertThat(recording.lines).hasSize(2);
    assertThat(recording.lines)
        .filteredOn(line -> line.getFormattedMessage().startsWith("server"))
        .singleElement()
        .satisfies(line -> assertThat(line.getFormattedMessage()).doesNotContain("refused"));
  }

  @Test
  void aSpanEndsAlthoughAMeterFails() throws Exception {
    recording
        .meters
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                if (id.getName().equals("grpc.server")) {
                  throw new IllegalStateException("a filter that fails");
                }
                return MeterFilterReply.NEUTRAL;
              }
            });

    Throwable failed = catchThrowable(() -> EchoServiceGrpc.newBlockingStub(channel).unary(HELLO));

    assertThat(failed).hasMessageContaining("UNAVAILABLE");
    assertThat(recording.span(SpanKind.SERVER).hasEnded()).isTrue();
  }

  /** Passes on what another service says. */
  private static final class PassedOn extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      Refusal theirs = new Refusal(Refusal.Reason.OVERLOADED, "busy", null);
      response.onError(theirs.status().asRuntimeException(theirs.trailers()));
    }
  }
}
