package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the trace of a call is current, and where it is not. */
final class TraceContextTest {

  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  /** The trace that was current in each callback of the handler. */
  private final Map<String, String> seen = new ConcurrentHashMap<>();

  private final Map<String, Metadata> received = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
  private final CompletableFuture<Void> answeredOnce = new CompletableFuture<>();
  private final ExecutorService oneThread = Executors.newSingleThreadExecutor();
  private Recording recording;
  private Server server;
  private ManagedChannel bare;
  private ManagedChannel ours;

  private void start(Recording recording) throws Exception {
    this.recording = recording;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(oneThread);
    builder.intercept(
        new ServerInterceptor() {
          @Override
          public <Q, R> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            String method = call.getMethodDescriptor().getBareMethodName();
            received.put(method.toLowerCase(Locale.ROOT), headers);
            return next.startCall(call, headers);
          }
        });
    ServerPipeline.of(recording.serverFeatures()).install(builder);
    builder.addService(new Handler());
    server = builder.build().start();
    bare = channel().build();
    NettyChannelBuilder wrapped = channel();
    ClientPipeline.of("echo", recording.clientFeatures()).install(wrapped);
    ours = wrapped.build();
  }

  private NettyChannelBuilder channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
  }

  @AfterEach
  void stop() throws InterruptedException {
    bare.shutdownNow();
    ours.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    oneThread.shutdown();
    recording.close();
  }

  @Test
  void handlerSeesTheTraceTheCallerSent() throws Exception {
    start(new Recording());

    EchoServiceGrpc.newBlockingStub(traced(bare)).unary(HELLO);

    assertThat(seen).containsExactly(Map.entry("unary", TRACE));
    SpanData span = recording.span(SpanKind.SERVER);
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo(CALLER);
  }

  @Test
  void everyStreamCallbackSeesTheTrace() throws Exception {
    start(new Recording());
    CompletableFuture<Void> answered = new CompletableFuture<>();

    StreamObserver<EchoRequest> requests =
        EchoServiceGrpc.newStub(traced(bare)).bidi(new Responses("bare", answered));
    requests.onNext(HELLO);
    requests.onCompleted();
    answered.get(10, TimeUnit.SECONDS);

    assertThat(seen)
        .containsEntry("bidi", TRACE)
        .containsEntry("onNext", TRACE)
        .containsEntry("onReady", TRACE)
        .containsEntry("onCompleted", TRACE);
  }

  @Test
  void cancelledStreamSeesTheTraceInItsLastCallback() throws Exception {
    start(new Recording());

    StreamObserver<EchoRequest> requests =
        EchoServiceGrpc.newStub(traced(bare))
            .bidi(new Responses("bare", new CompletableFuture<>()));
    requests.onNext(HELLO);
    answeredOnce.get(10, TimeUnit.SECONDS);
    requests.onError(new IllegalStateException("gone"));
    cancelled.get(10, TimeUnit.SECONDS);

    assertThat(seen).containsEntry("cancelled", TRACE);
  }

  @Test
  void nothingOfACallIsLeftOnItsThread() throws Exception {
    start(new Recording());

    EchoServiceGrpc.newBlockingStub(traced(bare)).unary(HELLO);
    recording.span(SpanKind.SERVER);
    boolean left =
        oneThread.submit(() -> Span.current().getSpanContext().isValid()).get(10, TimeUnit.SECONDS);
    EchoServiceGrpc.newBlockingStub(bare).unary(HELLO);

    assertThat(left).isFalse();
    SpanData next = recording.span(SpanKind.SERVER);
    assertThat(next.getTraceId()).isNotEqualTo(TRACE);
    assertThat(next.getParentSpanContext().isValid()).isFalse();
  }

  @Test
  void callThatDiesWaitingForAThreadIsTold() throws Exception {
    start(new Recording());
    EchoServiceGrpc.newBlockingStub(bare).unary(HELLO);
    recording.span(SpanKind.SERVER);
    CountDownLatch busy = new CountDownLatch(1);
    oneThread.execute(() -> awaitOn(busy));

    EchoServiceGrpc.EchoServiceBlockingStub impatient =
        EchoServiceGrpc.newBlockingStub(traced(bare))
            .withDeadlineAfter(1050, TimeUnit.MILLISECONDS);
    assertThatThrownBy(() -> impatient.unary(HELLO)).isInstanceOf(StatusRuntimeException.class);
    SpanData span = recording.span(SpanKind.SERVER);
    busy.countDown();

    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getName()).isEqualTo("platform.test.v1.EchoService/Unary");
    assertThat(span.getAttributes().asMap().toString())
        .contains("grpc.status_code=DEADLINE_EXCEEDED");
    assertThat(
            recording
                .meters
                .get("grpc.server")
                .tags("rpc.method", "Unary", "grpc.status_code", "DEADLINE_EXCEEDED")
                .timer()
                .count())
        .isEqualTo(1);
  }

  private static void awaitOn(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void clientSpanStandsBetweenCallerAndServer() throws Exception {
    start(new Recording());
    Span caller = recording.openTelemetry.getTracer("test").spanBuilder("caller").startSpan();

    try (Scope scope = caller.makeCurrent()) {
      EchoServiceGrpc.newBlockingStub(ours).unary(HELLO);
    }
    caller.end();

    SpanData client = recording.span(SpanKind.CLIENT);
    SpanData served = recording.span(SpanKind.SERVER);
    assertThat(client.getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
    assertThat(served.getParentSpanId()).isEqualTo(client.getSpanId());
    assertThat(served.getTraceId()).isEqualTo(caller.getSpanContext().getTraceId());
    assertThat(client.getName()).isEqualTo("platform.test.v1.EchoService/Unary");
  }

  @Test
  void clientCallbacksRunInTheCallersTrace() throws Exception {
    start(new Recording());
    Span caller = recording.openTelemetry.getTracer("test").spanBuilder("caller").startSpan();
    CompletableFuture<Void> answered = new CompletableFuture<>();

    try (Scope scope = caller.makeCurrent()) {
      EchoServiceGrpc.newStub(ours).unary(HELLO, new Responses("client", answered));
    }
    answered.get(10, TimeUnit.SECONDS);

    String trace = caller.getSpanContext().getTraceId();
    assertThat(seen)
        .containsEntry("client.onNext", trace)
        .containsEntry("client.onCompleted", trace);
    caller.end();
  }

  @Test
  void streamOfAnUntracedCallerHasItsOwnTrace() throws Exception {
    start(new Recording(Sampler.alwaysOff()));
    CompletableFuture<Void> answered = new CompletableFuture<>();

    StreamObserver<EchoRequest> requests =
        EchoServiceGrpc.newStub(ours).bidi(new Responses("client", answered));
    requests.onNext(HELLO);
    requests.onCompleted();
    answered.get(10, TimeUnit.SECONDS);

    assertThat(seen.get("client.onNext")).isEqualTo(seen.get("onNext")).isNotEqualTo("none");
    assertThat(seen.get("client.onCompleted")).isEqualTo(seen.get("onNext"));
  }

  @Test
  void unsampledCallIsFollowedButNotRecorded() throws Exception {
    start(new Recording(Sampler.alwaysOff()));

    EchoServiceGrpc.newBlockingStub(ours).unary(HELLO);

    String sent = received.get("unary").get(TRACEPARENT);
    assertThat(sent).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    assertThat(sent).contains(seen.get("unary"));
    assertThat(recording.spans.getFinishedSpanItems()).isEmpty();
  }

  private static Channel traced(ManagedChannel channel) {
    Metadata headers = new Metadata();
    headers.put(TRACEPARENT, "00-" + TRACE + "-" + CALLER + "-01");
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private void see(String callback) {
    boolean valid = Span.current().getSpanContext().isValid();
    seen.put(callback, valid ? Span.current().getSpanContext().getTraceId() : "none");
  }

  private final class Responses implements StreamObserver<EchoResponse> {
    private final String side;
    private final CompletableFuture<Void> answered;

    Responses(String side, CompletableFuture<Void> answered) {
      this.side = side;
      this.answered = answered;
    }

    @Override
    public void onNext(EchoResponse response) {
      see(side + ".onNext");
      answeredOnce.complete(null);
    }

    @Override
    public void onError(Throwable failed) {
      answered.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      see(side + ".onCompleted");
      answered.complete(null);
    }
  }

  private final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      see("unary");
      response.onNext(EchoResponse.getDefaultInstance());
      response.onCompleted();
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
      see("bidi");
      ((ServerCallStreamObserver<EchoResponse>) response).setOnReadyHandler(() -> see("onReady"));
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          see("onNext");
          response.onNext(EchoResponse.getDefaultInstance());
        }

        @Override
        public void onError(Throwable gone) {
          see("cancelled");
          cancelled.complete(null);
        }

        @Override
        public void onCompleted() {
          see("onCompleted");
          response.onCompleted();
        }
      };
    }
  }
}
