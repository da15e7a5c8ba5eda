package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of docs/stream.md, on plain grpc-java. */
final class StreamGuideTest {

  private static final int MESSAGES = 1000;

  private final Semaphore received = new Semaphore(0);
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Echo())
            .intercept(new Counting())
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private static final class Echo extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> answers) {
      StreamWriter<EchoResponse> writer = StreamWriter.of(answers, WriterLimits.STANDARD);
      return PacedReader.of(
          answers,
          16,
          new PacedReader.Handler<EchoRequest>() {
            @Override
            public CompletionStage<Void> message(EchoRequest request) {
              writer.write(EchoResponse.newBuilder().setText(request.getText()).build());
              return writer.whenReady();
            }

            @Override
            public void halfClosed() {
              writer.complete();
            }
          });
    }
  }

  @Test
  void everythingIsEchoedInOrder() throws Exception {
    List<String> texts = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> completed = new CompletableFuture<>();
    EchoServiceStub stub = EchoServiceGrpc.newStub(channel);
    StreamObserver<EchoResponse> answers =
        new StreamObserver<>() {
          @Override
          public void onNext(EchoResponse answer) {
            texts.add(answer.getText());
          }

          @Override
          public void onError(Throwable failed) {
            completed.completeExceptionally(failed);
          }

          @Override
          public void onCompleted() {
            completed.complete(null);
          }
        };

    RequestWriter<EchoRequest, EchoResponse> opening =
        new RequestWriter<>(answers, WriterLimits.STANDARD);
    stub.bidi(opening);
    StreamWriter<EchoRequest> writer = opening.writer();
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(writer.write(EchoRequest.newBuilder().setText("m" + i).build())).isTrue();
    }
    writer.complete();

    completed.get(10, TimeUnit.SECONDS);
    assertThat(texts).hasSize(MESSAGES).startsWith("m0").endsWith("m" + (MESSAGES - 1));
  }

  @Test
  void aCallerThatDoesNotReadIsNotReadEither() throws Exception {
    Unread unread = new Unread();
    RequestWriter<EchoRequest, EchoResponse> opening =
        new RequestWriter<>(unread, WriterLimits.STANDARD);
    var unused = EchoServiceGrpc.newStub(channel).bidi(opening);
    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> writeAll(opening.writer()));
    assertThat(received.tryAcquire(16, 10, TimeUnit.SECONDS)).isTrue();

    for (int i = 0; i < 200; i++) {
      answerOfTheServer();
    }

    // Beside those in work, what fits into the window of a connection.
    assertThat(received.availablePermits()).isLessThan(200);
    assertThat(writing).isNotDone();
    unread.call.request(MESSAGES);
    unread.completed.get(30, TimeUnit.SECONDS);
    writing.get(10, TimeUnit.SECONDS);
    assertThat(unread.answers).hasValue(MESSAGES);
  }

  private static void writeAll(StreamWriter<EchoRequest> writer) {
    for (int i = 0; i < MESSAGES; i++) {
      writer.write(EchoRequest.newBuilder().setText("x".repeat(100_000)).build());
    }
    writer.complete();
  }

  /** Time for the server to do more than it should. */
  private void answerOfTheServer() {
    assertThatThrownBy(
            () ->
                EchoServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .unary(EchoRequest.getDefaultInstance()))
        .hasMessageContaining("UNIMPLEMENTED");
  }

  /** A caller that asks for no answer by itself. */
  private static final class Unread implements ClientResponseObserver<EchoRequest, EchoResponse> {
    private final AtomicInteger answers = new AtomicInteger();
    private final CompletableFuture<Void> completed = new CompletableFuture<>();
    private ClientCallStreamObserver<EchoRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<EchoRequest> requests) {
      call = requests;
      requests.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(EchoResponse answer) {
      answers.incrementAndGet();
    }

    @Override
    public void onError(Throwable failed) {
      completed.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      completed.complete(null);
    }
  }

  /** Counts what the server's stream is given. */
  private final class Counting implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onMessage(Q message) {
          if (call.getMethodDescriptor().getType() == MethodType.BIDI_STREAMING) {
            received.release();
          }
          super.onMessage(message);
        }
      };
    }
  }
}
