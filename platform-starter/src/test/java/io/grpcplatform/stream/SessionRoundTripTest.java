package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both sides of a session as users have them, on plain grpc-java. */
@Timeout(60)
final class SessionRoundTripTest {

  private static final int MESSAGES = 2000;
  private static final SessionLimits LIMITS =
      new SessionLimits(
          64,
          1 << 20,
          Duration.ofSeconds(1),
          Duration.ofSeconds(4),
          Duration.ofMillis(5),
          Duration.ofMillis(100),
          Duration.ofMinutes(1));

  private final List<Long> handled = new CopyOnWriteArrayList<>();
  private final List<String> answered = new CopyOnWriteArrayList<>();
  private final PlatformSessions sessions = PlatformSessions.builder().limits(LIMITS).build();
  private Server server;
  private CuttingProxy proxy;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Numbered())
            .build()
            .start();
    proxy = new CuttingProxy(server.getPort());
    channel = NettyChannelBuilder.forAddress("127.0.0.1", proxy.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    sessions.close();
    channel.shutdownNow();
    proxy.close();
    assertThat(server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private final class Numbered extends NumberedServiceGrpc.NumberedServiceImplBase {
    private final Sessions.Served<NumberedRequest, NumberedResponse> served =
        sessions.serve(NumberedServiceGrpc.getProcessMethod(), this::handle);

    private CompletionStage<?> handle(
        NumberedRequest request, SessionAnswers<NumberedResponse> answers) {
      handled.add(answers.number());
      for (int i = 1; i <= request.getAnswers(); i++) {
        answers.send(NumberedResponse.newBuilder().setText(request.getText() + "." + i).build());
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
      return served.stream(answers);
    }
  }

  @Test
  void everyMessageIsHandledAndAnsweredOnceThroughManyCuts() throws Exception {
    ResumableStream<NumberedRequest, NumberedResponse> session =
        sessions.open(
            channel,
            NumberedServiceGrpc.getProcessMethod(),
            answer -> {
              answered.add(answer.getText());
              return CompletableFuture.completedFuture(null);
            });

    for (int i = 1; i <= MESSAGES; i++) {
      if (i % 250 == 0) {
        proxy.reset();
      }
      send(session, NumberedRequest.newBuilder().setText("m" + i).setAnswers(i % 3).build());
    }
    session.complete().toCompletableFuture().get(30, TimeUnit.SECONDS);

    assertThat(handled).hasSize(MESSAGES).isSorted().doesNotHaveDuplicates();
    assertThat(answered).doesNotHaveDuplicates().hasSize(answers());
    assertThat(session.unacknowledged()).isZero();
  }

  private static int answers() {
    int answers = 0;
    for (int i = 1; i <= MESSAGES; i++) {
      answers += i % 3;
    }
    return answers;
  }

  private static void send(
      ResumableStream<NumberedRequest, NumberedResponse> session, NumberedRequest message)
      throws Exception {
    while (true) {
      try {
        var unused = session.send(message);
        return;
      } catch (ReplayBufferFullException full) {
        session.whenReady().toCompletableFuture().get(20, TimeUnit.SECONDS);
      }
    }
  }
}
