package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What is current in handlers and in the callbacks of clients, in the less common settings. */
final class CallbackScopesTest {

  private static final EchoRequest OUTER = EchoRequest.newBuilder().setText("outer").build();
  private static final EchoRequest INNER = EchoRequest.newBuilder().setText("inner").build();

  private final ExecutorService callbacks = Executors.newSingleThreadExecutor();
  private Recording recording;
  private Loopback loopback;
  private ManagedChannel channel;

  private void start(Recording recorded, ClientFeature... more) throws Exception {
    recording = recorded;
    loopback =
        Loopback.serving(new Onward(), recording.serverFeatures().toArray(ServerFeature[]::new));
    Collection<ClientFeature> features = new ArrayList<>(recording.clientFeatures());
    features.addAll(List.of(more));
    channel = loopback.channel(features.toArray(ClientFeature[]::new));
  }

  @AfterEach
  void stop() throws Exception {
    if (loopback != null) {
      loopback.close();
      recording.close();
    }
    callbacks.shutdown();
  }

  @Test
  void refusedCallTellsItsCallerInTheCallersTrace() throws Exception {
    start(new Recording(), new Refusing());
    Span caller = recording.openTelemetry.getTracer("test").spanBuilder("caller").startSpan();
    Baggage tenant = Baggage.builder().put("tenant", "blue").build();
    Seen seen = new Seen();

    try (Scope scope = Context.current().with(caller).with(tenant).makeCurrent()) {
      EchoServiceGrpc.newStub(channel).withExecutor(callbacks).unary(INNER, seen);
    }

    String trace = caller.getSpanContext().getTraceId();
    assertThat(seen.get()).isEqualTo("refused " + trace + " blue method null caller null");
    caller.end();
  }

  @Test
  void baggageIsCurrentInCallbacksOfUnsampledCalls() throws Exception {
    start(new Recording(Sampler.alwaysOff()));
    Seen seen = new Seen();

    try (Scope scope = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
      EchoServiceGrpc.newStub(channel).withExecutor(callbacks).unary(INNER, seen);
    }

    assertThat(seen.get()).startsWith("answered none blue ");
  }

  @Test
  void logFieldsNeedNoTraces() throws Exception {
    start(new Recording("platform.telemetry.tracing.enabled=false"));

    String seen = EchoServiceGrpc.newBlockingStub(channel).unary(OUTER).getText();

    assertThat(seen)
        .isEqualTo(
            "handler none null method Unary caller 127.0.0.1,"
                + " answered none null method Unary caller 127.0.0.1");
  }

  @Test
  void logFieldsCanBeSwitchedOff() throws Exception {
    start(new Recording("platform.telemetry.mdc.enabled=false"));

    String seen = EchoServiceGrpc.newBlockingStub(channel).unary(OUTER).getText();

    assertThat(seen)
        .matches(
            "handler [0-9a-f]{32} null method null caller null,"
                + " answered [0-9a-f]{32} null method null caller null");
  }

  @Test
  void anObservationIsCarriedInsteadOfTheContext() {
    TraceContextAccessor accessor = new TraceContextAccessor();
    Observation observation = Observation.start("work", ObservationRegistry.create());

    try (Scope scope = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
      assertThat(accessor.getValue()).isSameAs(Context.current());
      try (Observation.Scope inner = observation.openScope()) {
        assertThat(accessor.getValue()).isNull();
      }
      assertThat(accessor.getValue()).isSameAs(Context.current());
    }
    assertThat(accessor.getValue()).isNull();
  }

  private static String current(String where) {
    boolean valid = Span.current().getSpanContext().isValid();
    return "%s %s %s method %s caller %s"
        .formatted(
            where,
            valid ? Span.current().getSpanContext().getTraceId() : "none",
            Baggage.current().getEntryValue("tenant"),
            MDC.get("rpc.method"),
            MDC.get("caller"));
  }

  /** Says what was current when the call was over. */
  private static final class Seen implements StreamObserver<EchoResponse> {
    private final CompletableFuture<String> seen = new CompletableFuture<>();

    String get() throws Exception {
      return seen.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(EchoResponse response) {}

    @Override
    public void onError(Throwable failed) {
      seen.complete(current("refused"));
    }

    @Override
    public void onCompleted() {
      seen.complete(current("answered"));
    }
  }

  /** Asks itself before it answers what was current in both places. */
  private final class Onward extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      if (!request.getText().equals("outer")) {
        answer(response, "");
        return;
      }
      String here = current("handler");
      Seen seen = new Seen();
      EchoServiceGrpc.newStub(channel).withExecutor(callbacks).unary(INNER, seen);
      CompletableFuture<Void> unused =
          seen.seen.thenAccept(there -> answer(response, here + ", " + there));
    }
  }

  private static void answer(StreamObserver<EchoResponse> response, String text) {
    response.onNext(EchoResponse.newBuilder().setText(text).build());
    response.onCompleted();
  }

  private static final class Refusing implements ClientFeature {
    @Override
    public ClientStage stage() {
      return ClientStage.CIRCUIT_BREAKER;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> {
        throw new Refusal(Refusal.Reason.CIRCUIT_OPEN, "open", null);
      };
    }
  }
}
