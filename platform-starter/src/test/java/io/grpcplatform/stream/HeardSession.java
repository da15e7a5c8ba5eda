package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.test.v1.NumberedResponse;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener that writes down what it hears, and handles answers as the test says. */
final class HeardSession implements SessionListener<NumberedResponse> {

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final Queue<CompletionStage<?>> handling = new ConcurrentLinkedQueue<>();

  /** How the next answer is handled that nothing else is said of. */
  void handleNext(CompletionStage<?> stage) {
    handling.add(stage);
  }

  @Override
  public CompletionStage<?> answer(NumberedResponse answer) {
    heard.add(answer.getText());
    CompletionStage<?> stage = handling.poll();
    return stage == null ? CompletableFuture.completedFuture(null) : stage;
  }

  @Override
  public void opened() {
    heard.add("opened");
  }

  @Override
  public void cut(Status status) {
    heard.add("cut " + status.getCode());
  }

  @Override
  public void ended(Status status) {
    heard.add("ended " + status.getCode());
  }

  /** Hears these next, and nothing between. */
  void hears(String... expected) throws InterruptedException {
    for (String each : expected) {
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(each);
    }
  }

  boolean silent() {
    return heard.isEmpty();
  }
}
