package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What a pipeline promises beyond its endings: order, cost of nothing, early headers, pace,
 * deadlines.
 */
final class PipelineTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final EchoRequest SILENCE = EchoRequest.newBuilder().setText("silence").build();

  private final List<String> order = new CopyOnWriteArrayList<>();

  @Test
  void runsStagesAndUsersInterceptorsInTheirOrder() throws Exception {
    List<ServerFeature> server =
        List.of(noting(ServerStage.VALIDATION), noting(ServerStage.TELEMETRY));
    List<ClientFeature> client = List.of(noting(ClientStage.FAULT), noting(ClientStage.TELEMETRY));

    try (LoopbackEcho echo =
        new LoopbackEcho(
            ServerPipeline.of(server),
            List.of(userServer("first"), userServer("second")),
            ClientPipeline.of("echo", client),
            List.of(userClient("first"), userClient("second")))) {
      EchoServiceGrpc.newBlockingStub(echo.channel).unary(HELLO);
    }

    assertThat(order)
        .containsExactly(
            "client first",
            "client second",
            "client TELEMETRY",
            "client FAULT",
            "server TELEMETRY",
            "server VALIDATION",
            "server first",
            "server second");
  }

  @Test
  void twoClaimsToOneStageFail() {
    List<ServerFeature> server = List.of(noting(ServerStage.ERROR), noting(ServerStage.ERROR));
    List<ClientFeature> client = List.of(noting(ClientStage.ERROR), noting(ClientStage.ERROR));

    assertThatThrownBy(() -> ServerPipeline.of(server))
        .hasMessageContaining("both claim the server stage ERROR");
    assertThatThrownBy(() -> ClientPipeline.of("echo", client))
        .hasMessageContaining("both claim the client stage ERROR");
    assertThatThrownBy(() -> ServerPipeline.of(List.of(noting(ServerStage.APPLICATION))))
        .hasMessageContaining("APPLICATION");
    assertThatThrownBy(() -> ClientPipeline.of("echo", List.of(noting(ClientStage.APPLICATION))))
        .hasMessageContaining("APPLICATION");
  }

  @Test
  void wrapsNothingWhereNoFeatureHasAPlan() throws Exception {
    ClientPipeline pipeline = ClientPipeline.of("echo", List.of());

    try (LoopbackEcho echo =
        new LoopbackEcho(ServerPipeline.of(List.of()), List.of(), pipeline, List.of())) {
      ClientCall<EchoRequest, EchoResponse> call =
          pipeline.interceptCall(
              EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT, echo.channel);

      assertThat(call).isNotInstanceOf(ClientCallMachine.class);
      call.cancel("never started", null);
    }
  }

  @Test
  void oneStageAloneWorksOnForeignServersAndChannels() throws Exception {
    CountingFeature serverSide = new CountingFeature();
    CountingFeature clientSide = new CountingFeature();
    NettyServerBuilder foreign = NettyServerBuilder.forPort(0).addService(new EchoBehaviour());
    ServerPipeline.of(List.of(serverSide.on(ServerStage.DEADLINE))).install(foreign);
    Server server = foreign.build().start();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
    ClientPipeline.of("echo", List.of(clientSide.on(ClientStage.DEADLINE))).install(builder);
    var channel = builder.build();

    String answer = EchoServiceGrpc.newBlockingStub(channel).unary(HELLO).getText();
    channel.shutdownNow();
    server.shutdown();
    boolean terminated = server.awaitTermination(10, TimeUnit.SECONDS);

    assertThat(answer).isEqualTo("hello");
    assertThat(terminated).isTrue();
    assertThat(clientSide.ended.sum()).isEqualTo(1);
    assertThat(serverSide.ended.sum()).isEqualTo(1);
  }

  @Test
  void refusalsReachBareClientsWithTheirReason() throws Exception {
    ServerFeature refusing =
        CountingFeature.server(
            ServerStage.RATE_LIMIT,
            call -> {
              throw new Refusal(
                  Refusal.Reason.RATE_LIMITED, "11/s (allowed: 10/s)", Duration.ofMillis(1050));
            });

    try (LoopbackEcho echo = LoopbackEcho.of(List.of(refusing), List.of())) {
      assertThatThrownBy(() -> EchoServiceGrpc.newBlockingStub(echo.channel).unary(HELLO))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused -> {
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(refused.getStatus().getDescription()).isEqualTo("11/s (allowed: 10/s)");
                Metadata trailers = refused.getTrailers();
                assertThat(Refusal.reasonOf(trailers)).isEqualTo(Refusal.Reason.RATE_LIMITED);
                assertThat(
                        trailers.get(
                            Metadata.Key.of(
                                "grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("1050");
                assertThat(StatusProto.fromThrowable(refused).getDetailsList()).hasSize(2);
              });
    }
  }

  @Test
  void quietStreamsSendTheirHeadersEarly() throws Exception {
    BlockingQueue<Metadata> headers = new ArrayBlockingQueue<>(1);
    CountingFeature counting = new CountingFeature();

    try (LoopbackEcho echo =
        LoopbackEcho.of(List.of(counting.on(ServerStage.TELEMETRY)), List.of())) {
      for (var method :
          List.of(EchoServiceGrpc.getBidiMethod(), EchoServiceGrpc.getServerStreamMethod())) {
        ClientCall<EchoRequest, EchoResponse> call =
            echo.channel.newCall(method, CallOptions.DEFAULT);
        call.start(listenerFor(headers), new Metadata());
        call.request(1);
        call.sendMessage(SILENCE);
        call.halfClose();

        assertThat(headers.poll(10, TimeUnit.SECONDS)).as(method.getFullMethodName()).isNotNull();
        call.cancel("seen enough", null);
      }
    }
  }

  @Test
  void headersSetTooLateNameTheProperty() throws Exception {
    BlockingQueue<IllegalStateException> late = new ArrayBlockingQueue<>(1);
    CountingFeature counting = new CountingFeature();
    ServerInterceptor lateHeaders =
        new ServerInterceptor() {
          @Override
          public <Q, R> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            ServerCall.Listener<Q> inner = next.startCall(call, headers);
            return new io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                inner) {
              @Override
              public void onMessage(Q message) {
                Metadata more = new Metadata();
                more.put(Metadata.Key.of("x-late", Metadata.ASCII_STRING_MARSHALLER), "1");
                try {
                  call.sendHeaders(more);
                } catch (IllegalStateException refused) {
                  late.add(refused);
                }
              }
            };
          }
        };

    try (LoopbackEcho echo =
        new LoopbackEcho(
            ServerPipeline.of(List.of(counting.on(ServerStage.TELEMETRY))),
            List.of(lateHeaders),
            ClientPipeline.of("echo", List.of()),
            List.of())) {
      var requests =
          EchoServiceGrpc.newStub(echo.channel)
              .bidi(
                  new io.grpc.stub.StreamObserver<EchoResponse>() {
                    @Override
                    public void onNext(EchoResponse response) {}

                    @Override
                    public void onError(Throwable failed) {}

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(HELLO);

      assertThat(late.poll(10, TimeUnit.SECONDS))
          .hasMessageContaining("x-late")
          .hasMessageContaining(
              "platform.server.early-headers.methods.\"[platform.test.v1.EchoService/Bidi]\": false");
      requests.onCompleted();
    }
  }

  @Test
  void aShortenedServerDeadlineReallyClosesTheCall() throws Exception {
    BlockingQueue<Deadline> seen = new ArrayBlockingQueue<>(1);
    ServerFeature cap =
        CountingFeature.server(
            ServerStage.DEADLINE,
            call -> {
              call.deadline(Deadline.after(30, TimeUnit.MILLISECONDS));
              return null;
            });

    try (LoopbackEcho echo =
        new LoopbackEcho(
            ServerPipeline.of(List.of(cap)),
            List.of(contextDeadline(seen)),
            ClientPipeline.of("echo", List.of()),
            List.of())) {
      assertThatThrownBy(() -> EchoServiceGrpc.newBlockingStub(echo.channel).unary(SILENCE))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              ended ->
                  assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
      assertThat(seen.poll(10, TimeUnit.SECONDS))
          .as("the handler's Context carries it")
          .isNotNull();
    }
  }

  @Test
  void withheldMessagesArriveWhenTheStageResumes() throws Exception {
    BlockingQueue<Runnable> resumes = new ArrayBlockingQueue<>(10);
    ServerFeature pacing =
        CountingFeature.server(
            ServerStage.RATE_LIMIT,
            call ->
                new CallHook() {
                  @Override
                  public int mayRequest(int n) {
                    CallHook self = this;
                    resumes.add(() -> call.control().resume(self, n));
                    return 0;
                  }

                  @Override
                  public void ended(Outcome outcome) {}
                });

    try (LoopbackEcho echo = LoopbackEcho.of(List.of(pacing), List.of())) {
      var answer = EchoServiceGrpc.newFutureStub(echo.channel).unary(HELLO);
      Runnable resume = resumes.poll(10, TimeUnit.SECONDS);
      assertThat(answer.isDone()).as("the request waits for the stage").isFalse();
      resume.run();

      assertThat(answer.get(10, TimeUnit.SECONDS).getText()).isEqualTo("hello");
    }
  }

  private ServerInterceptor contextDeadline(BlockingQueue<Deadline> seen) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Deadline deadline = Context.current().getDeadline();
        if (deadline != null) {
          seen.add(deadline);
        }
        return next.startCall(call, headers);
      }
    };
  }

  private static ClientCall.Listener<EchoResponse> listenerFor(BlockingQueue<Metadata> headers) {
    return new ClientCall.Listener<>() {
      @Override
      public void onHeaders(Metadata received) {
        headers.add(received);
      }
    };
  }

  private ServerFeature noting(ServerStage stage) {
    return CountingFeature.server(
        stage,
        call -> {
          order.add("server " + stage);
          return null;
        });
  }

  private ClientFeature noting(ClientStage stage) {
    return CountingFeature.client(
        stage,
        call -> {
          order.add("client " + stage);
          return null;
        });
  }

  private ServerInterceptor userServer(String name) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        order.add("server " + name);
        return next.startCall(call, headers);
      }
    };
  }

  private ClientInterceptor userClient(String name) {
    return new ClientInterceptor() {
      @Override
      public <Q, R> ClientCall<Q, R> interceptCall(
          MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        order.add("client " + name);
        return next.newCall(method, options);
      }
    };
  }
}
