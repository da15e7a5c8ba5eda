package io.grpcplatform.stream;

import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler that gives as many answers as a message wants, and says what it was given. */
class Answering implements SessionHandler<NumberedRequest, NumberedResponse> {

  final List<String> handled = new CopyOnWriteArrayList<>();
  final List<String> closed = new CopyOnWriteArrayList<>();

  @Override
  public CompletionStage<?> message(
      NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
    handled.add(message.getText());
    for (int i = 1; i <= message.getAnswers(); i++) {
      answers.send(answer(message, i));
    }
    return CompletableFuture.completedFuture(null);
  }

  static NumberedResponse answer(NumberedRequest message, int number) {
    return NumberedResponse.newBuilder()
        .setText(message.getText() + "." + number)
        .setFiller(message.getFiller())
        .build();
  }

  @Override
  public void closed(String sessionId) {
    closed.add(sessionId);
  }
}
