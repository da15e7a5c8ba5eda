package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of many traces over one long-lived stream, between grpc-java's own builders. */
final class MessageTracesTest {

  private static final String RED = "00-" + "a".repeat(32) + "-" + "1".repeat(16) + "-01";
  private static final String BLUE = "00-" + "b".repeat(32) + "-" + "2".repeat(16) + "-01";
  private static final String UNSAMPLED = "00-" + "c".repeat(32) + "-" + "3".repeat(16) + "-00";

  private final Recording recording = new Recording(Sampler.parentBased(Sampler.alwaysOn()));
  private final MessageTraces traces = Telemetry.messages(recording.openTelemetry);
  private final AtomicReference<MessageTraces> ofStream = new AtomicReference<>();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private Server server;
  private ManagedChannel channel;

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      channel.shutdownNow();
      server.shutdownNow();
      assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
    recording.close();
  }

  @Test
  void interleavedTracesOfOneStreamDoNotMix() throws Exception {
    StreamObserver<EchoRequest> stream = open();

    List<String> sent = List.of(RED, BLUE, RED, BLUE);
    for (String trace : sent) {
      send(stream, trace);
    }

    for (String trace : sent) {
      SpanData sending = recording.span(SpanKind.PRODUCER);
      SpanData handling = recording.span(SpanKind.CONSUMER);
      assertThat(sending.getName()).isEqualTo("send Hello");
      assertThat(sending.getTraceId()).isEqualTo(traceId(trace));
      assertThat(sending.getParentSpanId()).isEqualTo(spanId(trace));
      assertThat(handling.getName()).isEqualTo("handle Hello");
      assertThat(handling.getTraceId()).isEqualTo(traceId(trace));
      assertThat(handling.getParentSpanId()).isEqualTo(sending.getSpanId());
      assertThat(answer()).isEqualTo("00-" + traceId(trace) + "-" + handling.getSpanId() + "-01");
    }
  }

  @Test
  void handlingIsLinkedToTheStreamsOwnSpan() throws Exception {
    StreamObserver<EchoRequest> stream = open();

    send(stream, RED);
    SpanData handling = recording.span(SpanKind.CONSUMER);
    answer();
    stream.onCompleted();

    SpanData streams = recording.span(SpanKind.SERVER);
    assertThat(handling.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly(streams.getSpanId());
    assertThat(handling.getAttributes().get(AttributeKey.stringKey("stream.trace_id")))
        .isEqualTo(streams.getTraceId())
        .isNotEqualTo(handling.getTraceId());
  }

  @Test
  void messagesHandledOnAnotherThreadAreLinkedToTheirStream() throws Exception {
    StreamObserver<EchoRequest> stream = open();
    send(stream, RED);
    String answer = answer();

    ofStream.get().handle("Answer", answer, () -> {});
    stream.onCompleted();

    // The server's may end after the answer, and so after the other one.
    SpanData handling =
        Stream.of(recording.span(SpanKind.CONSUMER), recording.span(SpanKind.CONSUMER))
            .filter(span -> span.getName().equals("handle Answer"))
            .findFirst()
            .orElseThrow();
    SpanData streams = recording.span(SpanKind.CLIENT);
    assertThat(handling.getTraceId()).isEqualTo(traceId(RED));
    assertThat(handling.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly(streams.getSpanId());
  }

  @Test
  void messageSentAgainHasSpansForEachTime() throws Exception {
    send(open(), RED);
    SpanData first = recording.span(SpanKind.PRODUCER);
    SpanData firstHandled = recording.span(SpanKind.CONSUMER);

    cut();
    send(open(), RED);
    SpanData again = recording.span(SpanKind.PRODUCER);
    SpanData handledAgain = recording.span(SpanKind.CONSUMER);

    assertThat(again.getSpanId()).isNotEqualTo(first.getSpanId());
    assertThat(List.of(first.getParentSpanId(), again.getParentSpanId())).containsOnly(spanId(RED));
    assertThat(firstHandled.getParentSpanId()).isEqualTo(first.getSpanId());
    assertThat(handledAgain.getParentSpanId()).isEqualTo(again.getSpanId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbled",
        "00-00000000000000000000000000000000-1111111111111111-01",
        "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0000000000000000-01",
        "00-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-1111111111111111-01",
        "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-1111111111111111-01-and-more"
      })
  void messageWithoutSoundTraceIsHandledInTheStreams(String trace) throws Exception {
    StreamObserver<EchoRequest> stream = open();

    stream.onNext(EchoRequest.newBuilder().setText(trace).build());
    String seen = answer();
    stream.onCompleted();

    SpanData streams = recording.span(SpanKind.SERVER);
    assertThat(seen).contains(streams.getTraceId()).contains(streams.getSpanId());
    assertThat(recording.spans.getFinishedSpanItems())
        .extracting(SpanData::getKind)
        .doesNotContain(SpanKind.CONSUMER);
  }

  @Test
  void unsampledTraceTravelsOnWithoutRecordedSpans() throws Exception {
    StreamObserver<EchoRequest> stream = open();

    send(stream, UNSAMPLED);
    String seen = answer();
    stream.onCompleted();
    recording.span(SpanKind.SERVER);

    assertThat(traceId(seen)).isEqualTo(traceId(UNSAMPLED));
    assertThat(seen).endsWith("-00");
    assertThat(recording.spans.getFinishedSpanItems())
        .extracting(SpanData::getKind)
        .doesNotContain(SpanKind.CONSUMER, SpanKind.PRODUCER);
  }

  @Test
  void failedWorkMarksItsSpanWithoutItsMessage() throws Exception {
    Runnable failing =
        () -> {
          throw new IllegalStateException("card 4242 is secret");
        };

    assertThatThrownBy(() -> traces.handle("Hello", RED, failing))
        .isInstanceOf(IllegalStateException.class);

    SpanData span = recording.span(SpanKind.CONSUMER);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("java.lang.IllegalStateException");
    assertThat(span.toString()).doesNotContain("secret");
  }

  @Test
  void nothingOfTheMessageIsLeftOnTheThread() {
    traces.handle("Hello", RED, () -> assertThat(traces.current()).contains(traceId(RED)));

    assertThat(traces.current()).isEmpty();
  }

  @Test
  void whereNothingTracesTheTextGoesOnUntouched() {
    Span around = recording.openTelemetry.getTracer("test").spanBuilder("around").startSpan();
    AtomicReference<String> sent = new AtomicReference<>();
    try (Scope scope = around.makeCurrent()) {
      MessageTraces none = MessageTraces.none();

      none.ofStream().send("Hello", RED, sent::set);
      String handled = none.handle("Hello", RED, () -> traces.current());

      assertThat(sent).hasValue(RED);
      assertThat(none.current()).isEmpty();
      assertThat(handled).contains(around.getSpanContext().getSpanId());
    }
  }

  @Test
  void sdkThatDoesNothingLetsTheTraceThrough() {
    MessageTraces idle =
        Telemetry.messages(OpenTelemetry.propagating(recording.openTelemetry.getPropagators()));
    AtomicReference<String> sent = new AtomicReference<>();

    idle.send("Hello", RED, sent::set);

    assertThat(sent).hasValue(RED);
  }

  private void send(StreamObserver<EchoRequest> stream, String trace) {
    traces.send(
        "Hello", trace, text -> stream.onNext(EchoRequest.newBuilder().setText(text).build()));
  }

  private String answer() throws InterruptedException {
    String answer = answers.poll(10, TimeUnit.SECONDS);
    assertThat(answer).as("an answer").isNotNull();
    return answer;
  }

  private StreamObserver<EchoRequest> open() throws Exception {
    NettyServerBuilder serving =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ServerPipeline.of(List.of(Telemetry.server(recording.openTelemetry))).install(serving);
    server = serving.addService(new Handler()).build().start();
    NettyChannelBuilder calling =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
    ClientPipeline.of("echo", List.of(Telemetry.client(recording.openTelemetry))).install(calling);
    channel = calling.build();
    return EchoServiceGrpc.newStub(channel).bidi(new Answers());
  }

  private void cut() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private static String traceId(String trace) {
    return trace.substring(3, 35);
  }

  private static String spanId(String trace) {
    return trace.substring(36, 52);
  }

  /** Answers each message with the trace that is current while it is handled. */
  private final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          traces.handle(
              "Hello",
              request.getText(),
              () -> responses.onNext(EchoResponse.newBuilder().setText(traces.current()).build()));
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }

  private final class Answers implements StreamObserver<EchoResponse> {
    @Override
    public void onNext(EchoResponse response) {
      ofStream.set(traces.ofStream());
      answers.add(response.getText());
    }

    @Override
    public void onError(Throwable ended) {}

    @Override
    public void onCompleted() {}
  }
}
