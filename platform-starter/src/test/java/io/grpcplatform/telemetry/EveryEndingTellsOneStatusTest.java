package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a call ends, the wire, the timer, the span and the access log name one status: on the
 * server, on a client of the starter, and towards a bare client that knows nothing of it.
 */
final class EveryEndingTellsOneStatusTest {

  private static final AttributeKey<String> STATUS_CODE =
      AttributeKey.stringKey("grpc.status_code");
  private static final String SERVICE = "platform.test.v1.EchoService";

  /** How a call ends, and what each side says of it; no code: that side never sees the call. */
  enum Ending {
    OK("hello", Code.OK, Code.OK),
    HANDLER_THROWS("throw", Code.INTERNAL, Code.INTERNAL),
    HANDLER_THROWS_STATUS("throw-status", Code.FAILED_PRECONDITION, Code.FAILED_PRECONDITION),
    ON_ERROR("on-error", Code.NOT_FOUND, Code.NOT_FOUND),
    ON_ERROR_PLAIN("on-error-plain", Code.INTERNAL, Code.INTERNAL),
    CLIENT_DEADLINE("silence", Code.DEADLINE_EXCEEDED, Code.DEADLINE_EXCEEDED),
    SERVER_CLOSES_LATE("silence", Code.DEADLINE_EXCEEDED, Code.DEADLINE_EXCEEDED),
    CLIENT_CANCEL("silence", Code.CANCELLED, Code.CANCELLED),
    UNKNOWN_METHOD("hello", Code.UNIMPLEMENTED, Code.UNIMPLEMENTED),
    SERVER_STAGE_REFUSES("hello", Code.UNAVAILABLE, Code.UNAVAILABLE),
    CLIENT_STAGE_REFUSES("hello", Code.RESOURCE_EXHAUSTED),
    // Nothing went over the wire that two sides could agree on: each tells what it saw.
    TRANSPORT_CUT("silence", Code.UNAVAILABLE, Code.UNAVAILABLE, Code.CANCELLED);

    private final String text;
    private final Code client;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of() is immutable, its type does not say so
    private final Set<Code> server;

    Ending(String text, Code client, Code... server) {
      this.text = text;
      this.client = client;
      this.server = Set.of(server);
    }

    boolean deadline() {
      return this == CLIENT_DEADLINE || this == SERVER_CLOSES_LATE;
    }
  }

  private final Recording recording = new Recording("platform.telemetry.access-log.mode=all");
  private final Script script = new Script();
  private @Nullable StreamObserver<EchoResponse> late;
  private volatile Ending current = Ending.OK;
  private Server server;
  private CuttableWire wire;
  private ManagedChannel channel;
  private ManagedChannel bare;

  @BeforeEach
  void start() throws Exception {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Collection<ServerFeature> features = recording.serverFeatures();
    features.add(new RefusingServer());
    ServerPipeline pipeline = ServerPipeline.of(features);
    builder.addService(pipeline.bind(script.bindService(), List.of()));
    pipeline.trace(builder);
    server = builder.build().start();
    wire = new CuttableWire(server.getPort());
    NettyChannelBuilder ours = channelBuilder();
    Collection<ClientFeature> clientFeatures = recording.clientFeatures();
    clientFeatures.add(new RefusingClient());
    ClientPipeline.of("echo", clientFeatures).install(ours);
    channel = ours.build();
    bare = channelBuilder().build();
  }

  private NettyChannelBuilder channelBuilder() {
    return NettyChannelBuilder.forAddress("127.0.0.1", wire.port()).usePlaintext().disableRetry();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    bare.shutdownNow();
    server.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    wire.close();
    recording.close();
  }

  static Stream<Arguments> endings() {
    return Stream.of(Ending.values())
        .flatMap(
            ending ->
                Stream.of(
                    Arguments.of(ending, EchoServiceGrpc.getUnaryMethod()),
                    Arguments.of(ending, EchoServiceGrpc.getBidiMethod())));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("endings")
  void everyEndingTellsOneStatus(Ending ending, MethodDescriptor<EchoRequest, EchoResponse> method)
      throws Exception {
    warm(channel);
    current = ending;

    Caller ours = call(channel, ending, method);

    assertThat(ours.status.getCode()).as(ours.status.toString()).isEqualTo(ending.client);
    tells(SpanKind.CLIENT, "grpc.client", Set.of(ending.client), ending, method);
    tells(SpanKind.SERVER, "grpc.server", ending.server, ending, method);
    if (late != null) {
      late.onError(Status.ALREADY_EXISTS.asException());
      assertThat(timers("grpc.server")).hasSize(1);
      assertThat(recording.lines).hasSize(2);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("endings")
  void bareClientReadsTheStatusThatIsTold(
      Ending ending, MethodDescriptor<EchoRequest, EchoResponse> method) throws Exception {
    if (ending.server.isEmpty()) {
      return;
    }
    warm(bare);
    current = ending;

    Caller caller = call(bare, ending, method);

    assertThat(caller.status.getCode()).as(caller.status.toString()).isEqualTo(ending.client);
    assertThat(String.valueOf(caller.status)).doesNotContain("hunter2");
    assertThat(caller.trailers.toString()).doesNotContain("hunter2");
    tells(SpanKind.SERVER, "grpc.server", ending.server, ending, method);
  }

  private void tells(
      SpanKind kind,
      String meter,
      Set<Code> codes,
      Ending ending,
      MethodDescriptor<EchoRequest, EchoResponse> method)
      throws InterruptedException {
    if (codes.isEmpty()) {
      assertThat(timers(meter)).isEmpty();
      return;
    }
    SpanData span = recording.span(kind);
    Code code = Code.valueOf(span.getAttributes().get(STATUS_CODE));
    assertThat(code).isIn(codes);
    assertThat(span.getStatus().getStatusCode())
        .isEqualTo(code == Code.OK ? StatusCode.UNSET : StatusCode.ERROR);

    boolean nameless = ending == Ending.UNKNOWN_METHOD && kind == SpanKind.SERVER;
    String service = nameless ? "unknown" : SERVICE;
    String name =
        nameless
            ? "unknown"
            : ending == Ending.UNKNOWN_METHOD ? "Nothing" : method.getBareMethodName();
    assertThat(span.getName()).isEqualTo(service + "/" + name);
    assertThat(timers(meter)).hasSize(1);
    Timer timer =
        recording
            .meters
            .get(meter)
            .tags("rpc.service", service, "rpc.method", name)
            .tag("rpc.type", nameless ? "UNKNOWN" : method.getType().name())
            .tag("grpc.status_code", code.name())
            .timer();
    assertThat(timer.count()).isEqualTo(1);

    String side = kind == SpanKind.SERVER ? "server" : "client";
    List<String> lines =
        recording.lines.stream()
            .map(ILoggingEvent::getFormattedMessage)
            .filter(line -> line.startsWith(side))
            .toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .startsWith(side + " " + service + "/" + name + " " + code + " after ")
        .endsWith(", trace " + span.getTraceId());
  }

  /** All there are but the one of the call that warmed up. */
  private List<Timer> timers(String meter) {
    return recording.meters.find(meter).timers().stream()
        .filter(timer -> !"ServerStream".equals(timer.getId().getTag("rpc.method")))
        .toList();
  }

  /**
   * Connects, so that neither that nor the loading of classes is part of a deadline: a server tells
   * a deadline from a cancel by its clock alone.
   */
  private void warm(ManagedChannel channel) throws InterruptedException {
    Caller caller =
        start(channel, EchoServiceGrpc.getServerStreamMethod(), CallOptions.DEFAULT, "hello")
            .caller;
    caller.await();
    assertThat(caller.status.isOk()).isTrue();
    recording.span(SpanKind.SERVER);
    if (channel == this.channel) {
      recording.span(SpanKind.CLIENT);
    }
    recording.lines.clear();
  }

  private record Started(ClientCall<EchoRequest, EchoResponse> call, Caller caller) {}

  private static Started start(
      ManagedChannel channel,
      MethodDescriptor<EchoRequest, EchoResponse> method,
      CallOptions options,
      String text) {
    ClientCall<EchoRequest, EchoResponse> call = channel.newCall(method, options);
    Caller caller = new Caller();
    call.start(caller, new Metadata());
    call.request(2);
    call.sendMessage(EchoRequest.newBuilder().setText(text).build());
    call.halfClose();
    return new Started(call, caller);
  }

  private Caller call(
      ManagedChannel channel, Ending ending, MethodDescriptor<EchoRequest, EchoResponse> method)
      throws Exception {
    MethodDescriptor<EchoRequest, EchoResponse> called =
        ending == Ending.UNKNOWN_METHOD
            ? method.toBuilder().setFullMethodName(SERVICE + "/Nothing").build()
            : method;
    CallOptions options =
        ending.deadline()
            ? CallOptions.DEFAULT.withDeadlineAfter(1050, TimeUnit.MILLISECONDS)
            : CallOptions.DEFAULT;
    Started started = start(channel, called, options, ending.text);
    Caller caller = started.caller;
    if (ending.text.equals("silence") && ending != Ending.CLIENT_DEADLINE) {
      var answer = script.arrived.poll(10, TimeUnit.SECONDS);
      assertThat(answer).as("the call arrives").isNotNull();
      if (ending == Ending.CLIENT_CANCEL) {
        started.call.cancel("the caller went away", null);
      } else if (ending == Ending.TRANSPORT_CUT) {
        wire.cut();
      } else if (ending == Ending.SERVER_CLOSES_LATE) {
        late = answer;
      }
    }
    caller.await();
    return caller;
  }

  private static final class Caller extends ClientCall.Listener<EchoResponse> {
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Status status = Status.OK;
    private volatile Metadata trailers = new Metadata();

    @Override
    public void onClose(Status status, Metadata trailers) {
      this.status = status;
      this.trailers = trailers;
      closed.countDown();
    }

    void await() throws InterruptedException {
      assertThat(closed.await(10, TimeUnit.SECONDS)).as("the caller is told").isTrue();
    }
  }

  private final class RefusingServer implements ServerFeature {
    @Override
    public ServerStage stage() {
      return ServerStage.SECURITY;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> {
        if (current == Ending.SERVER_STAGE_REFUSES) {
          throw new Refusal(Refusal.Reason.OVERLOADED, "too much to do", null);
        }
        return null;
      };
    }
  }

  private final class RefusingClient implements ClientFeature {
    @Override
    public ClientStage stage() {
      return ClientStage.BULKHEAD;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> {
        if (current == Ending.CLIENT_STAGE_REFUSES) {
          throw new Refusal(Refusal.Reason.BULKHEAD_FULL, "all permits taken", null);
        }
        return null;
      };
    }
  }
}
