package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the spans of sampled streams say of their messages, over loopback, on both sides. */
final class MessageEventsTest {

  private static final AttributeKey<Long> SENT = AttributeKey.longKey("rpc.messages.sent");
  private static final AttributeKey<Long> RECEIVED = AttributeKey.longKey("rpc.messages.received");

  private @Nullable Recording recording;
  private @Nullable Loopback loopback;

  private ManagedChannel start(Sampler sampler, String... properties) throws Exception {
    recording = new Recording(sampler, properties);
    loopback =
        Loopback.serving(
            new EchoBehaviour(), recording.serverFeatures().toArray(ServerFeature[]::new));
    return loopback.channel(recording.clientFeatures().toArray(ClientFeature[]::new));
  }

  @AfterEach
  void stop() throws Exception {
    loopback.close();
    recording.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = SpanKind.class,
      names = {"CLIENT", "SERVER"})
  void aSampledStreamTellsEachMessage(SpanKind kind) throws Exception {
    ManagedChannel channel = start(Sampler.alwaysOn());

    Talk.open(channel).say("secret").say("secret").hangUp();

    SpanData span = recording.span(kind);
    String first = kind == SpanKind.CLIENT ? "sent" : "received";
    String second = kind == SpanKind.CLIENT ? "received" : "sent";
    assertThat(events(span))
        .containsExactly(
            "message " + first + " 0",
            "message " + second + " 0",
            "message " + first + " 1",
            "message " + second + " 1");
    assertThat(span.getAttributes().get(SENT)).isEqualTo(2);
    assertThat(span.getAttributes().get(RECEIVED)).isEqualTo(2);
    assertThat(span.toString()).doesNotContain("secret");
  }

  @Test
  void moreThanTheCapIsSaidOnce() throws Exception {
    ManagedChannel channel =
        start(Sampler.alwaysOn(), "platform.telemetry.tracing.message-events=3");

    Talk.open(channel).say("a").say("b").say("c").hangUp();

    SpanData span = recording.span(SpanKind.SERVER);
    assertThat(events(span))
        .containsExactly(
            "message received 0", "message sent 0", "message received 1", "message-cap-reached 3");
    assertThat(span.getAttributes().get(SENT)).isEqualTo(3);
    assertThat(span.getAttributes().get(RECEIVED)).isEqualTo(3);
  }

  @Test
  void thirtyTwoMessagesAreToldByDefault() throws Exception {
    ManagedChannel channel = start(Sampler.alwaysOn());

    Talk talk = Talk.open(channel);
    for (String text : Collections.nCopies(17, "again")) {
      talk.say(text);
    }
    talk.hangUp();

    SpanData span = recording.span(SpanKind.CLIENT);
    assertThat(events(span)).hasSize(33).last().isEqualTo("message-cap-reached 32");
    assertThat(span.getAttributes().get(SENT)).isEqualTo(17);
  }

  @Test
  void aStreamThatIsCancelledTellsItsTotals() throws Exception {
    ManagedChannel channel = start(Sampler.alwaysOn());

    Talk.open(channel).say("a").cancel();

    assertThat(recording.span(SpanKind.SERVER).getAttributes().get(SENT)).isEqualTo(1);
    assertThat(recording.span(SpanKind.CLIENT).getAttributes().get(RECEIVED)).isEqualTo(1);
  }

  @Test
  void zeroEventsTellNothingOfMessages() throws Exception {
    ManagedChannel channel =
        start(Sampler.alwaysOn(), "platform.telemetry.tracing.message-events=0");

    Talk.open(channel).say("a").hangUp();

    SpanData span = recording.span(SpanKind.SERVER);
    assertThat(span.getEvents()).isEmpty();
    assertThat(span.getAttributes().get(SENT)).isNull();
  }

  @Test
  void aUnaryCallTellsNothingOfMessages() throws Exception {
    ManagedChannel channel = start(Sampler.alwaysOn());

    EchoServiceGrpc.newBlockingStub(channel)
        .unary(EchoRequest.newBuilder().setText("hello").build());

    for (SpanKind kind : List.of(SpanKind.CLIENT, SpanKind.SERVER)) {
      SpanData span = recording.span(kind);
      assertThat(span.getEvents()).isEmpty();
      assertThat(span.getAttributes().get(SENT)).isNull();
    }
  }

  @Test
  void aStreamThatIsNotSampledNotesNoMessage() throws Exception {
    ManagedChannel channel = start(Sampler.alwaysOff());
    MethodSpans spans =
        new CallSpans(recording.openTelemetry, BaggageGate.SHUT)
            .of(
                Side.SERVER,
                CallKey.of("", EchoServiceGrpc.getBidiMethod()),
                MethodType.BIDI_STREAMING,
                32);

    Talk.open(channel).say("a").hangUp();

    Span unsampled = recording.openTelemetry.getTracer("test").spanBuilder("name").startSpan();
    assertThat(spans.events(unsampled)).isNull();
    assertThat(recording.spans.getFinishedSpanItems()).isEmpty();
  }

  private static List<String> events(SpanData span) {
    List<String> told = new ArrayList<>();
    for (EventData event : span.getEvents()) {
      List<String> words = new ArrayList<>(List.of(event.getName()));
      event.getAttributes().forEach((key, value) -> words.add(String.valueOf(value)));
      told.add(String.join(" ", words));
    }
    return told;
  }
}
