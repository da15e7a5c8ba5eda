package io.grpcplatform.stream;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.deadline.Deadlines;
import io.grpcplatform.error.Errors;
import io.grpcplatform.lifecycle.Drain;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * An instance of the service that the proof kills: applies each message in a database and answers
 * it. Hears {@code announce} and {@code drain}; ends when its input does.
 */
final class NumberedApplication {

  private static final int WORKS_ELSEWHERE = 5;

  private NumberedApplication() {}

  /**
   * @param arguments the database; a second argument makes the handler forget which messages it has
   *     had
   */
  public static void main(String[] arguments) throws Exception {
    AppliedStore store = new AppliedStore(arguments[0]);
    boolean forgetful = arguments.length > 1;
    DrainSignal drain = new DrainSignal();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Service(TestedSessions.server(drain), store, forgetful));
    ServerPipeline.of(
            List.of(
                Errors.server(), Drain.server(drain, Duration.ofMillis(300)), Deadlines.server()))
        .install(builder);
    Server server = builder.build().start();
    System.out.println("port=" + server.getPort());
    obey(drain, server);
    store.close();
    System.exit(0);
  }

  private static void obey(DrainSignal drain, Server server) throws Exception {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      if (order.equals("announce")) {
        drain.advance(DrainSignal.Phase.ANNOUNCED);
      } else if (order.equals("drain")) {
        // In the order of the starter's own lifecycle.
        drain.advance(DrainSignal.Phase.DRAINING);
        server.shutdown();
        boolean drained = server.awaitTermination(5, TimeUnit.SECONDS);
        drain.advance(DrainSignal.Phase.CUTTING);
        server.shutdownNow();
        System.out.println("drained=" + drained);
        return;
      }
    }
  }

  private static final class Service extends NumberedServiceGrpc.NumberedServiceImplBase
      implements SessionHandler<NumberedRequest, NumberedResponse> {

    private final Sessions.Served<NumberedRequest, NumberedResponse> sessions;
    private final AppliedStore store;
    private final boolean forgetful;

    private Service(Sessions sessions, AppliedStore store, boolean forgetful) {
      this.sessions = sessions.serve(NumberedServiceGrpc.getProcessMethod(), this);
      this.store = store;
      this.forgetful = forgetful;
    }

    @Override
    public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
      return sessions.stream(answers);
    }

    @Override
    public CompletionStage<?> message(
        NumberedRequest request, SessionAnswers<NumberedResponse> answers) {
      int message = Integer.parseInt(request.getText());
      if (message % WORKS_ELSEWHERE == 0) {
        return CompletableFuture.runAsync(() -> work(message, request, answers));
      }
      work(message, request, answers);
      return CompletableFuture.completedStage(null);
    }

    private void work(
        int message, NumberedRequest request, SessionAnswers<NumberedResponse> answers) {
      try {
        String key = forgetful ? answers.key() + "@" + System.nanoTime() : answers.key();
        store.apply(key, message);
      } catch (SQLException failed) {
        throw new IllegalStateException(failed);
      }
      int before = Numbers.answersBefore(message);
      for (int answer = 1; answer <= request.getAnswers(); answer++) {
        answers.send(Numbers.answer(before + answer));
      }
    }
  }
}
