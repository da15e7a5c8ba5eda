package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.circuitbreaker.CircuitBreakers;
import io.grpcplatform.deadline.Deadlines;
import io.grpcplatform.error.Errors;
import io.grpcplatform.lifecycle.Drain;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A planned move leaves no gap: the next stream is open before the old one ends. */
@Timeout(60)
final class SessionMoveTest {

  @Test
  void aSessionMovesBeforeItsInstanceDrains() throws Exception {
    SessionCounts counts = new SessionCounts(System::nanoTime);
    CountingListener listener = new CountingListener(1000);
    try (Instance old = new Instance();
        Instance next = new Instance();
        CuttingProxy proxy = new CuttingProxy(old.server.getPort())) {
      NettyChannelBuilder builder =
          NettyChannelBuilder.forAddress("127.0.0.1", proxy.port()).usePlaintext();
      ClientPipeline.of(
              "numbers", List.of(Errors.client(), Deadlines.client(), CircuitBreakers.client()))
          .install(builder);
      ManagedChannel channel = builder.build();
      ResumableStream<NumberedRequest, NumberedResponse> stream =
          TestedSessions.client(counts)
              .open(channel, NumberedServiceGrpc.getProcessMethod(), listener);
      sendAll(stream, 1, 100);
      listener.whenAnswered(50).get(30, TimeUnit.SECONDS);

      proxy.leadTo(next.server.getPort());
      old.drain.advance(DrainSignal.Phase.ANNOUNCED);
      sendAll(stream, 101, 200);
      listener.whenOpened(2).get(30, TimeUnit.SECONDS);
      sendAll(stream, 201, 300);
      stream.complete().toCompletableFuture().get(30, TimeUnit.SECONDS);

      assertThat(next.handled.get()).isPositive();
      assertThat(listener.timesCut()).isZero();
      assertThat(counts.methods())
          .singleElement()
          .satisfies(
              method -> {
                assertThat(method.resumes(SessionWatch.Resume.MOVE)).isEqualTo(1);
                assertThat(method.gaps()).isZero();
              });
      channel.shutdownNow();
    }
  }

  private static void sendAll(
      ResumableStream<NumberedRequest, NumberedResponse> stream, int from, int to) {
    for (int message = from; message <= to; message++) {
      NumberedRequest request = NumberedRequest.newBuilder().setText("" + message).build();
      var unused = stream.send(request);
    }
  }

  /** Answers each message with its own number. */
  private static final class Instance extends NumberedServiceGrpc.NumberedServiceImplBase
      implements SessionHandler<NumberedRequest, NumberedResponse>, AutoCloseable {

    private final AtomicInteger handled = new AtomicInteger();
    private final DrainSignal drain = new DrainSignal();
    private final Sessions.Served<NumberedRequest, NumberedResponse> sessions =
        TestedSessions.server(drain).serve(NumberedServiceGrpc.getProcessMethod(), this);
    private final Server server;

    private Instance() throws Exception {
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(this);
      ServerPipeline.of(List.of(Errors.server(), Drain.server(drain), Deadlines.server()))
          .install(builder);
      server = builder.build().start();
    }

    @Override
    public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
      return sessions.stream(answers);
    }

    @Override
    public CompletionStage<?> message(
        NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
      handled.incrementAndGet();
      answers.send(NumberedResponse.newBuilder().setText(message.getText()).build());
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void close() throws InterruptedException {
      server.shutdownNow();
      assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
