package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.bulkhead.Bulkheads;
import io.grpcplatform.circuitbreaker.CircuitBreakers;
import io.grpcplatform.deadline.Deadlines;
import io.grpcplatform.error.Errors;
import io.grpcplatform.lifecycle.Drain;
import io.grpcplatform.loadshedding.LoadShedding;
import io.grpcplatform.telemetry.Telemetry;
import io.grpcplatform.test.v1.BookRequest;
import io.grpcplatform.test.v1.BookingServiceGrpc;
import io.grpcplatform.test.v1.BookingServiceGrpc.BookingServiceImplBase;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.validation.Validation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each stage alone, on channels and servers of grpc-java's own builders, without Spring. */
final class PlainGrpcTest {

  private final List<Server> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private int port;

  @AfterEach
  void stop() throws InterruptedException {
    channels.forEach(ManagedChannel::shutdownNow);
    for (Server server : servers) {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private void serve(BindableService service, ServerFeature... features) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    builder.addService(service);
    ServerPipeline.of(List.of(features)).install(builder);
    Server server = builder.build().start();
    servers.add(server);
    port = server.getPort();
  }

  private ManagedChannel channel(ClientFeature... features) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
    ClientPipeline.of("payment", List.of(features)).install(builder);
    ManagedChannel channel = builder.build();
    channels.add(channel);
    return channel;
  }

  private static EchoRequest say(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  private static StatusRuntimeException failure(ManagedChannel channel, String text) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> EchoServiceGrpc.newBlockingStub(channel).unary(say(text)));
  }

  /** The two ends as the guide shows them. */
  static void install(
      NettyChannelBuilder channelBuilder,
      NettyServerBuilder serverBuilder,
      MeterRegistry meters,
      OpenTelemetry traces,
      DrainSignal drain) {
    ClientPipeline.of(
            "payment",
            List.of(
                Telemetry.client(meters, traces), // timers, spans, a line for each failure
                Errors.client(), // what came from another service is known as such
                Deadlines.client(), // no unary call without one
                Bulkheads.client(50), // calls in flight
                CircuitBreakers.client())) // a backend that fails is left alone for a while
        .install(channelBuilder);
    ServerPipeline.of(
            List.of(
                Telemetry.server(meters, traces), // the true end of every call
                Errors.server(), // no stack trace leaves
                Drain.server(drain), // streams move before the server goes
                Deadlines.server(), // a call that is late already costs nothing more
                LoadShedding.server(), // the least important calls go first when there are too many
                Validation.server())) // no malformed request reaches a handler
        .install(serverBuilder);
  }

  /** One stage alone is one line for each end. */
  static void traceAlone(
      NettyChannelBuilder builder,
      NettyServerBuilder serverBuilder,
      MeterRegistry meters,
      OpenTelemetry traces) {
    ClientPipeline.of("payment", List.of(Telemetry.client(meters, traces))).install(builder);
    ServerPipeline.of(List.of(Telemetry.server(meters, traces))).install(serverBuilder);
  }

  /** The order of a stop, as the guide shows it. */
  static void stop(Server server, DrainSignal drain) throws InterruptedException {
    drain.advance(DrainSignal.Phase.DRAINING); // live streams end as UNAVAILABLE, reason DRAINING
    server.shutdown(); // GOAWAY; calls in flight go on
    if (!server.awaitTermination(20, TimeUnit.SECONDS)) {
      drain.advance(DrainSignal.Phase.CUTTING); // what is left ends, and the log names it
      server.shutdownNow();
    }
  }

  @Test
  void bothEndsTakeAllStagesAtOnce() throws Exception {
    DrainSignal drain = new DrainSignal();
    NettyServerBuilder serverBuilder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    serverBuilder.addService(new EchoBehaviour());
    NettyChannelBuilder channelBuilder =
        NettyChannelBuilder.forTarget("127.0.0.1:1").usePlaintext();
    install(channelBuilder, serverBuilder, new SimpleMeterRegistry(), OpenTelemetry.noop(), drain);
    Server server = serverBuilder.build().start();
    channels.add(channelBuilder.build());
    port = server.getPort();
    assertThat(EchoServiceGrpc.newBlockingStub(channel()).unary(say("hello")).getText())
        .isEqualTo("hello");

    stop(server, drain);

    assertThat(server.isTerminated()).isTrue();
    assertThat(drain.phase()).isEqualTo(Phase.DRAINING);
  }

  @Test
  void callsAreTimedOnBothSides() throws Exception {
    SimpleMeterRegistry called = new SimpleMeterRegistry();
    SimpleMeterRegistry served = new SimpleMeterRegistry();
    serve(new EchoBehaviour(), Telemetry.server(served));

    assertThat(failure(channel(Telemetry.client(called)), "hello")).isNull();

    assertThat(called.get("grpc.client").timer().count()).isEqualTo(1);
    servers.get(0).shutdown().awaitTermination(10, TimeUnit.SECONDS);
    assertThat(served.get("grpc.server").timer().count()).isEqualTo(1);
  }

  @Test
  void oneTraceSpansTheClientAndTheServer() throws Exception {
    LinkedBlockingQueue<SpanData> ended = new LinkedBlockingQueue<>();
    OpenTelemetry traces = recording(ended);
    serve(new EchoBehaviour(), Telemetry.server(traces));

    assertThat(failure(channel(Telemetry.client(traces)), "hello")).isNull();

    SpanData first = ended.poll(10, TimeUnit.SECONDS);
    SpanData second = ended.poll(10, TimeUnit.SECONDS);
    assertThat(List.of(first.getKind(), second.getKind()))
        .containsExactlyInAnyOrder(SpanKind.CLIENT, SpanKind.SERVER);
    assertThat(first.getTraceId()).isEqualTo(second.getTraceId());
  }

  private static OpenTelemetry recording(LinkedBlockingQueue<SpanData> ended) {
    SpanExporter exporter =
        new SpanExporter() {
          @Override
          public CompletableResultCode export(Collection<SpanData> spans) {
            ended.addAll(spans);
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
          }
        };
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();
  }

  @Test
  void anExceptionLeavesAsInternalWithAnId() throws Exception {
    serve(new EchoBehaviour(), Errors.server());

    Status status = failure(channel(), "throw").getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(status.getDescription()).matches("Internal error, id [0-9a-f]{16}");
  }

  @Test
  void theFailureOfAnotherServiceIsKnownAsSuch() throws Exception {
    serve(new EchoBehaviour());

    Metadata trailers = failure(channel(Errors.client()), "error").getTrailers();

    assertThat(trailers.keys()).contains("x-platform-downstream");
  }

  @Test
  void aDrainMovesStreamsAndServesUnaryCalls() throws Exception {
    DrainSignal drain = new DrainSignal();
    serve(new EchoBehaviour(), Drain.server(drain, Duration.ZERO));
    ManagedChannel channel = channel();
    CompletableFuture<Throwable> moved = new CompletableFuture<>();
    CompletableFuture<EchoResponse> answered = new CompletableFuture<>();
    EchoServiceGrpc.newStub(channel).bidi(observer(answered, moved)).onNext(say("hello"));
    answered.get(10, TimeUnit.SECONDS);

    drain.advance(Phase.DRAINING);

    StatusRuntimeException end = (StatusRuntimeException) moved.get(10, TimeUnit.SECONDS);
    assertThat(Refusal.reasonOf(end.getTrailers())).isEqualTo(Refusal.Reason.DRAINING);
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    EchoServiceGrpc.newStub(channel).bidi(observer(new CompletableFuture<>(), refused));
    assertThat(refused.get(10, TimeUnit.SECONDS)).hasMessageStartingWith("UNAVAILABLE");
    assertThat(failure(channel, "hello")).isNull();
  }

  private static StreamObserver<EchoResponse> observer(
      CompletableFuture<EchoResponse> first, CompletableFuture<Throwable> failed) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoResponse answer) {
        first.complete(answer);
      }

      @Override
      public void onError(Throwable failure) {
        failed.complete(failure);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void aCallWithoutADeadlineGetsOne() throws Exception {
    serve(new EchoBehaviour(), Deadlines.server());

    StatusRuntimeException failed =
        failure(channel(Deadlines.client(Duration.ofMillis(50))), "silence");

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aBulkheadLimitsTheCallsOfAChannel() throws Exception {
    serve(new EchoBehaviour());
    ManagedChannel channel = channel(Bulkheads.client(1));
    EchoServiceGrpc.newStub(channel)
        .unary(say("silence"), observer(new CompletableFuture<>(), new CompletableFuture<>()));

    StatusRuntimeException failed = failure(channel, "hello");

    assertThat(Refusal.reasonOf(failed.getTrailers())).isEqualTo(Refusal.Reason.BULKHEAD_FULL);
    assertThat(failed.getStatus().getDescription()).endsWith("1 allowed (Bulkheads.client(1))");
  }

  @Test
  void aMalformedRequestReachesNoHandler() throws Exception {
    serve(new BookingServiceImplBase() {}, Validation.server());

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                BookingServiceGrpc.newBlockingStub(channel())
                    .book(BookRequest.getDefaultInstance()));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }
}
