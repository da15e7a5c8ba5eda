package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of messages, streams and refusals, over loopback, on both sides. */
final class MethodMetersTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final EchoResponse ECHO = EchoResponse.newBuilder().setText("hello").build();

  private Recording recording = new Recording();
  private Loopback loopback;

  private ManagedChannel start(String... properties) throws Exception {
    recording.close();
    recording = new Recording(properties);
    return serve();
  }

  private ManagedChannel serve(ServerFeature... more) throws Exception {
    Collection<ServerFeature> features = recording.serverFeatures();
    features.addAll(List.of(more));
    loopback = Loopback.serving(new EchoBehaviour(), features.toArray(ServerFeature[]::new));
    return loopback.channel(recording.clientFeatures().toArray(ClientFeature[]::new));
  }

  @AfterEach
  void stop() throws Exception {
    if (loopback != null) {
      loopback.close();
    }
    recording.close();
  }

  private void awaitEnds() throws InterruptedException {
    recording.span(SpanKind.CLIENT);
    recording.span(SpanKind.SERVER);
  }

  @Test
  void messagesAndBytesOfStreamsAreCounted() throws Exception {
    ManagedChannel channel = serve();

    Talk.open(channel).say("hello").say("hello").say("hello").hangUp();
    awaitEnds();

    for (String side : List.of("client", "server")) {
      boolean client = side.equals("client");
      assertThat(messages(side, "Bidi", "sent")).isEqualTo(3);
      assertThat(messages(side, "Bidi", "received")).isEqualTo(3);
      assertThat(bytes(side, "Bidi", client ? "sent" : "received"))
          .isEqualTo(3 * HELLO.getSerializedSize());
      assertThat(bytes(side, "Bidi", client ? "received" : "sent"))
          .isEqualTo(3 * ECHO.getSerializedSize());
    }
  }

  @Test
  void bytesAreThoseOfCompressedMessages() throws Exception {
    ManagedChannel channel = serve();
    String text = "again and ".repeat(1000);

    Talk.open(EchoServiceGrpc.newStub(channel).withCompression("gzip")).say(text).hangUp();
    awaitEnds();

    assertThat(bytes("client", "Bidi", "sent"))
        .isEqualTo(bytes("server", "Bidi", "received"))
        .isBetween(1.0, 1000.0);
    assertThat(bytes("server", "Bidi", "sent")).isGreaterThan(10_000);
  }

  @Test
  void aClientsUnaryBytesAreCountedOnRequest() throws Exception {
    echo(start());
    awaitEnds();

    assertThat(messages("client", "Unary", "sent")).isEqualTo(1);
    assertThat(messages("client", "Unary", "received")).isEqualTo(1);
    assertThat(bytes("client", "Unary", "sent")).isZero();
    assertThat(bytes("server", "Unary", "received")).isEqualTo(HELLO.getSerializedSize());
    assertThat(bytes("server", "Unary", "sent")).isEqualTo(ECHO.getSerializedSize());

    loopback.close();
    echo(start("platform.telemetry.metrics.client-unary-bytes=true"));
    awaitEnds();

    assertThat(bytes("client", "Unary", "sent")).isEqualTo(HELLO.getSerializedSize());
    assertThat(bytes("client", "Unary", "received")).isEqualTo(ECHO.getSerializedSize());
  }

  @Test
  void liveStreamsGoUpAndDownHoweverTheyEnd() throws Exception {
    ManagedChannel channel = serve();
    Talk one = Talk.open(channel).say("hello");
    Talk other = Talk.open(channel).say("hello");
    Talk failing = Talk.open(channel).say("hello");
    Talk late =
        Talk.open(EchoServiceGrpc.newStub(channel).withDeadlineAfter(300, TimeUnit.MILLISECONDS));

    assertThat(streams("server", "Bidi")).isBetween(3.0, 4.0);
    assertThat(streams("client", "Bidi")).isBetween(3.0, 4.0);
    assertThat(one.hangUp()).isEqualTo(Status.OK);
    assertThat(other.cancel().getCode()).isEqualTo(Status.Code.CANCELLED);
    failing.send("throw");
    assertThat(failing.end().isOk()).isFalse();
    assertThat(late.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    for (int i = 0; i < 4; i++) {
      awaitEnds();
    }

    assertThat(streams("server", "Bidi")).isZero();
    assertThat(streams("client", "Bidi")).isZero();
  }

  @Test
  void theFirstResponseMessageIsTimedOnce() throws Exception {
    ManagedChannel channel = serve();

    Talk.open(channel).say("hello").say("hello").hangUp();
    awaitEnds();
    Talk.open(channel).cancel();
    recording.span(SpanKind.CLIENT);

    for (String side : List.of("client", "server")) {
      Timer first = timer(side, "Bidi");
      Timer whole = recording.meters.get("grpc." + side).tag("grpc.status_code", "OK").timer();
      assertThat(first.count()).isEqualTo(1);
      assertThat(first.totalTime(TimeUnit.NANOSECONDS))
          .isBetween(1.0, whole.totalTime(TimeUnit.NANOSECONDS));
    }
    assertThat(recording.meters.find("platform.telemetry.first.message").timers())
        .extracting(timer -> timer.getId().getTag("rpc.method"))
        .doesNotContain("Unary");
  }

  @Test
  void aRefusalCountsWhereItWasMadeOnly() throws Exception {
    ManagedChannel channel = serve(new RefusingServer());

    assertThat(catchThrowable(() -> echo(channel))).hasMessageContaining("full");
    awaitEnds();

    assertThat(refusals())
        .singleElement()
        .satisfies(
            only -> {
              assertThat(only.getId().getTag("rpc.side")).isEqualTo("server");
              assertThat(only.getId().getTag("rpc.method")).isEqualTo("Unary");
              assertThat(only.getId().getTag("reason")).isEqualTo("OVERLOADED");
              assertThat(only.count()).isEqualTo(1);
            });
  }

  @Test
  void aClientsOwnRefusalCountsOnTheClient() throws Exception {
    serve();
    Collection<ClientFeature> features = recording.clientFeatures();
    features.add(new RefusingClient());
    ManagedChannel channel = loopback.channel(features.toArray(ClientFeature[]::new));

    assertThat(catchThrowable(() -> echo(channel))).hasMessageContaining("open");

    assertThat(refusals())
        .singleElement()
        .satisfies(
            only -> {
              assertThat(only.getId().getTag("rpc.side")).isEqualTo("client");
              assertThat(only.getId().getTag("reason")).isEqualTo("CIRCUIT_OPEN");
            });
  }

  @Test
  void anUnknownMethodHasItsTimerOnly() throws Exception {
    serve();
    MethodDescriptor<EchoRequest, EchoResponse> invented =
        EchoServiceGrpc.getUnaryMethod().toBuilder()
            .setFullMethodName("some.Service/Invented")
            .build();

    Throwable failed =
        catchThrowable(
            () ->
                ClientCalls.blockingUnaryCall(
                    loopback.channel(), invented, CallOptions.DEFAULT, HELLO));
    recording.span(SpanKind.SERVER);

    assertThat(failed).hasMessageContaining("UNIMPLEMENTED");
    assertThat(recording.meters.getMeters())
        .filteredOn(meter -> "unknown".equals(meter.getId().getTag("rpc.method")))
        .extracting(meter -> meter.getId().getName())
        .containsExactly("grpc.server");
    assertThat(recording.meters.getMeters())
        .noneMatch(meter -> "Invented".equals(meter.getId().getTag("rpc.method")));
  }

  @Test
  void twoFeaturesOfOneRegistryShareTheGauge() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    loopback = Loopback.serving(new EchoBehaviour());
    ManagedChannel one = loopback.channel(Telemetry.client(registry));
    ManagedChannel other = loopback.channel("stock", Telemetry.client(registry));

    Talk.open(one).say("hello");
    Talk.open(other).say("hello");

    assertThat(registry.get("platform.telemetry.streams").gauge().value()).isEqualTo(2);
  }

  private static void echo(ManagedChannel channel) {
    EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel);
    assertThat(stub.unary(HELLO)).isEqualTo(ECHO);
  }

  private double messages(String side, String method, String direction) {
    return counter("platform.telemetry.messages", side, method, direction).count();
  }

  private double bytes(String side, String method, String direction) {
    return counter("platform.telemetry.message.bytes", side, method, direction).count();
  }

  private Counter counter(String name, String side, String method, String direction) {
    return recording
        .meters
        .get(name)
        .tags("rpc.side", side, "rpc.method", method, "direction", direction)
        .counter();
  }

  private double streams(String side, String method) {
    Gauge gauge =
        recording
            .meters
            .get("platform.telemetry.streams")
            .tags("rpc.side", side, "rpc.method", method)
            .gauge();
    return gauge.value();
  }

  private Timer timer(String side, String method) {
    return recording
        .meters
        .get("platform.telemetry.first.message")
        .tags("rpc.side", side, "rpc.method", method)
        .timer();
  }

  private Collection<Counter> refusals() {
    return recording.meters.find("platform.telemetry.refusals").counters();
  }

  private static StagePlan refusing(Refusal.Reason reason, String message) {
    return call -> {
      throw new Refusal(reason, message, null);
    };
  }

  private static final class RefusingServer implements ServerFeature {
    @Override
    public ServerStage stage() {
      return ServerStage.LOAD_SHEDDING;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return refusing(Refusal.Reason.OVERLOADED, "full");
    }
  }

  private static final class RefusingClient implements ClientFeature {
    @Override
    public ClientStage stage() {
      return ClientStage.CIRCUIT_BREAKER;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return refusing(Refusal.Reason.CIRCUIT_OPEN, "open");
    }
  }
}
