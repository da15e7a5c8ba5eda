package io.grpcplatform.composition;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.stream.ResumableStream;
import io.grpcplatform.stream.SessionAnswers;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A service of resumable sessions, and a session of one message with it. */
final class OneSession extends NumberedServiceGrpc.NumberedServiceImplBase {

  private final Sessions.Served<NumberedRequest, NumberedResponse> served;

  OneSession(Sessions sessions) {
    served = sessions.serve(NumberedServiceGrpc.getProcessMethod(), OneSession::answer);
  }

  private static CompletionStage<?> answer(
      NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
    answers.send(NumberedResponse.newBuilder().setText(message.getText()).build());
    return CompletableFuture.completedStage(null);
  }

  @Override
  public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
    return served.stream(answers);
  }

  /** Holds a session from its first word to its last. */
  static void hold(Sessions sessions, Channel channel) throws Exception {
    ResumableStream<NumberedRequest, NumberedResponse> stream =
        sessions.open(
            channel,
            NumberedServiceGrpc.getProcessMethod(),
            answer -> CompletableFuture.completedStage(null));
    CompletionStage<Void> handled =
        stream.send(NumberedRequest.newBuilder().setText("hello").build());
    handled.toCompletableFuture().get(30, TimeUnit.SECONDS);
    stream.complete().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
