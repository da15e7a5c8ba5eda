package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way a call can end, 200 times each, over loopback: each begun hook hears one end of the
 * true code.
 */
final class EveryEndingTest {

  private static final int CALLS = 200;

  /** How a call is made to end, and what the two sides must be told of it. */
  enum How {
    OK("hello", Status.Code.OK, Status.Code.OK),
    HANDLER_THROWS("throw", Status.Code.UNKNOWN, Status.Code.UNKNOWN),
    HANDLER_ON_ERROR("error", Status.Code.NOT_FOUND, Status.Code.NOT_FOUND),
    CLIENT_DEADLINE("silence", Status.Code.DEADLINE_EXCEEDED, Status.Code.DEADLINE_EXCEEDED),
    CLIENT_CANCEL("silence", Status.Code.CANCELLED, Status.Code.CANCELLED),
    CLIENT_STAGE_ENDS("silence", Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED),
    SERVER_STAGE_ENDS("silence", Status.Code.UNAVAILABLE, Status.Code.UNAVAILABLE),
    SERVER_STAGE_REFUSES("hello", Status.Code.UNAVAILABLE, Status.Code.UNAVAILABLE),
    CLIENT_STAGE_REFUSES("hello", Status.Code.RESOURCE_EXHAUSTED, null),
    UNKNOWN_METHOD("hello", Status.Code.UNIMPLEMENTED, Status.Code.UNIMPLEMENTED),
    TRANSPORT_CUT("silence", Status.Code.UNAVAILABLE, Status.Code.CANCELLED);

    private final String text;
    private final Status.Code client;
    private final Status.@Nullable Code server;

    How(String text, Status.Code client, Status.@Nullable Code server) {
      this.text = text;
      this.client = client;
      this.server = server;
    }
  }

  private final CountingFeature clientSide = new CountingFeature();
  private final CountingFeature serverSide = new CountingFeature();
  private final AtomicInteger serverStreams = new AtomicInteger();
  private volatile How how = How.OK;
  private Duration patience = Duration.ofMillis(20);
  private volatile CountDownLatch arrived = new CountDownLatch(0);
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ServerPipeline pipeline =
        ServerPipeline.of(
            List.of(
                serverSide.on(ServerStage.TELEMETRY),
                CountingFeature.server(ServerStage.SECURITY, this::serverStage)));
    builder.addService(pipeline.bind(new EchoBehaviour().bindService(), List.of()));
    pipeline.trace(builder);
    builder.addStreamTracerFactory(
        new ServerStreamTracer.Factory() {
          @Override
          public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            serverStreams.incrementAndGet();
            return new ServerStreamTracer() {};
          }
        });
    server = builder.build().start();
    channel = open();
  }

  private ManagedChannel open() {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().disableRetry();
    ClientPipeline.of(
            "echo",
            List.of(
                clientSide.on(ClientStage.TELEMETRY),
                CountingFeature.client(ClientStage.BULKHEAD, this::clientStage)))
        .install(builder);
    return builder.build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private @Nullable CallHook serverStage(CallStart call) throws Refusal {
    if (how == How.SERVER_STAGE_REFUSES) {
      throw new Refusal(Refusal.Reason.OVERLOADED, "busy", null);
    }
    arrived.countDown();
    return null;
  }

  private @Nullable CallHook clientStage(CallStart call) throws Refusal {
    if (how == How.CLIENT_STAGE_REFUSES) {
      throw new Refusal(Refusal.Reason.BULKHEAD_FULL, "full", null);
    }
    return null;
  }

  static Stream<Arguments> endings() {
    return Stream.of(How.values())
        .flatMap(
            how ->
                Stream.of(
                    Arguments.of(how, EchoServiceGrpc.getUnaryMethod()),
                    Arguments.of(how, EchoServiceGrpc.getBidiMethod())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endings")
  void everyEndingIsHeardOnceAndTruly(
      How ending, MethodDescriptor<EchoRequest, EchoResponse> method) throws Exception {
    how = ending;

    int made = 0;
    for (int seen = 0; seen < CALLS; made++) {
      clientSide.over = new CountDownLatch(1);
      serverSide.over = new CountDownLatch(1);
      arrived = new CountDownLatch(1);
      Caller caller = call(ending, method);

      assertThat(caller.closed.await(30, TimeUnit.SECONDS))
          .as("caller told, call %s", made)
          .isTrue();
      assertThat(clientSide.over.await(30, TimeUnit.SECONDS)).isTrue();
      boolean reachesServer = caller.sent.get();
      if (ending.server == null) {
        assertThat(reachesServer).as("refused here, yet sent").isFalse();
        seen++;
      } else if (reachesServer) {
        assertThat(serverSide.over.await(30, TimeUnit.SECONDS)).as("server told").isTrue();
        seen++;
      } else {
        // Its deadline passed while a busy machine had not got round to sending it.
        assertThat(ending).isEqualTo(How.CLIENT_DEADLINE);
        patience = patience.multipliedBy(2);
      }
      assertThat(caller.status.getCode())
          .as(caller.status.toString())
          .isIn(ending.client, ending == How.TRANSPORT_CUT ? Status.Code.CANCELLED : ending.client);
      assertThat(clientSide.last.status().getCode()).isEqualTo(caller.status.getCode());
      if (reachesServer) {
        assertThat(serverSide.last.status().getCode())
            .as("%s", serverSide.last)
            .isIn(ending.server, otherCode(ending, ending.server));
      }
    }

    assertThat(clientSide.begun.sum()).isEqualTo(made);
    assertThat(clientSide.ended.sum()).isEqualTo(made);
    assertThat(serverStreams.get()).isEqualTo(ending.server == null ? 0 : CALLS);
    assertThat(serverSide.begun.sum() + serverSide.unseen.sum()).isEqualTo(serverStreams.get());
    assertThat(serverSide.ended.sum()).isEqualTo(serverSide.begun.sum());
    assertThat(clientSide.twice.get() + serverSide.twice.get()).isZero();
  }

  /**
   * The other name an ending may have. A connection that goes away shows as a reset or as a failed
   * write, whichever comes first; a server that read a call's headers late hears its caller give up
   * well before its own clock says so.
   */
  private static Status.Code otherCode(How ending, Status.Code expected) {
    return switch (ending) {
      case TRANSPORT_CUT ->
          expected == Status.Code.UNAVAILABLE ? Status.Code.CANCELLED : Status.Code.UNAVAILABLE;
      case CLIENT_DEADLINE -> Status.Code.CANCELLED;
      default -> expected;
    };
  }

  private Caller call(How ending, MethodDescriptor<EchoRequest, EchoResponse> method)
      throws InterruptedException {
    MethodDescriptor<EchoRequest, EchoResponse> called =
        ending == How.UNKNOWN_METHOD
            ? method.toBuilder().setFullMethodName("platform.test.v1.EchoService/Nothing").build()
            : method;
    CallOptions options =
        ending == How.CLIENT_DEADLINE
            ? CallOptions.DEFAULT.withDeadlineAfter(patience)
            : CallOptions.DEFAULT;
    Caller caller = new Caller();
    ClientCall<EchoRequest, EchoResponse> call =
        channel.newCall(called, options.withStreamTracerFactory(caller));
    call.start(caller.new Listener(), new Metadata());
    call.request(2);
    call.sendMessage(EchoRequest.newBuilder().setText(ending.text).build());
    call.halfClose();
    switch (ending) {
      case CLIENT_CANCEL -> {
        arrived.await(10, TimeUnit.SECONDS);
        call.cancel("the caller went away", null);
      }
      case CLIENT_STAGE_ENDS -> {
        arrived.await(10, TimeUnit.SECONDS);
        clientSide.control.end(new Refusal(Refusal.Reason.STREAM_IDLE, "idle", null));
      }
      case SERVER_STAGE_ENDS -> {
        arrived.await(10, TimeUnit.SECONDS);
        serverSide.control.end(new Refusal(Refusal.Reason.DRAINING, "stopping", null));
      }
      case TRANSPORT_CUT -> {
        arrived.await(10, TimeUnit.SECONDS);
        channel.shutdownNow();
        channel = open();
      }
      default -> {}
    }
    return caller;
  }

  private static final class Caller extends ClientStreamTracer.Factory {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean sent = new AtomicBoolean();
    private volatile Status status = Status.OK;

    /** Knows whether the call was given to a connection; what is, arrives, its cancel behind it. */
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes transport, Metadata headers) {
          sent.set(true);
        }
      };
    }

    private final class Listener extends ClientCall.Listener<EchoResponse> {

      @Override
      public void onClose(Status end, Metadata trailers) {
        status = end;
        closed.countDown();
      }
    }
  }
}
