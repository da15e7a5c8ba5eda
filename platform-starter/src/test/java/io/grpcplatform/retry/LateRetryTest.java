package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.testing.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** No retry is made that could hardly be answered in time. */
final class LateRetryTest {

  private static final Duration USUAL = Duration.ofMillis(700);

  private final ManualClock clock = new ManualClock();
  private final AtomicBoolean down = new AtomicBoolean();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void aCallWithLessThanTheP50LeftIsNotRetried() throws IOException {
    afterAHundredCalls(
        application -> {
          application.lookWithin(600);

          assertThat(application.attempts()).isEqualTo(1);
          assertThat(
                  meters.get("platform.retry.stopped").tag("reason", "deadline").counter().count())
              .isEqualTo(1);
          assertThat(application.retrying()).isZero();
        });
  }

  @Test
  void aCallWithTimeEnoughLeftIsRetried() throws IOException {
    afterAHundredCalls(
        application -> {
          application.lookWithin(5_000);

          assertThat(application.attempts()).isEqualTo(3);
        });
  }

  @Test
  void thePauseCountsAsTimeThatIsGone() throws IOException {
    afterAHundredCalls(
        application -> {
          application.lookWithin(5_000);

          assertThat(application.attempts()).isEqualTo(1);
        },
        "platform.retry.initial-backoff=6s",
        "platform.retry.max-backoff=6s");
  }

  @Test
  void withFewCallsNobodyKnowsAndTheRetryIsMade() throws IOException {
    after(
        99,
        application -> {
          application.lookWithin(600);

          assertThat(application.attempts()).isEqualTo(3);
        });
  }

  private void afterAHundredCalls(Consumer<Application> test, String... properties)
      throws IOException {
    after(100, test, properties);
  }

  private void after(int calls, Consumer<Application> test, String... properties)
      throws IOException {
    try (LateBackend backend = new LateBackend(USUAL, USUAL, 0);
        Stock stock = Stock.serving(failingWhenDown(backend))) {
      Client.runner(properties)
          .withPropertyValues(Client.to(stock))
          .withBean(CallClock.class, () -> clock)
          .withBean(SimpleMeterRegistry.class, () -> meters)
          .run(
              context -> {
                Client client = new Client(context);
                List<ListenableFuture<EchoResponse>> answers = new ArrayList<>();
                for (int i = 0; i < calls; i++) {
                  answers.add(client.futureStub("stock").look(REQUEST));
                }
                for (ListenableFuture<EchoResponse> answer : answers) {
                  answer.get(20, TimeUnit.SECONDS);
                }
                clock.advance(Duration.ofSeconds(10));
                down.set(true);
                test.accept(
                    new Application(client, stock, calls, context.getBean(RetryBudget.class)));
              });
    }
  }

  private Stock.Answer failingWhenDown(Stock.Answer answer) {
    return (request, response) -> {
      if (down.get()) {
        response.onError(Status.UNAVAILABLE.asException());
      } else {
        answer.to(request, response);
      }
    };
  }

  private record Application(Client client, Stock stock, int before, RetryBudget budget) {

    void lookWithin(long millis) {
      var stub = client.stub().withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
      assertThat(Client.codeOf(() -> stub.look(REQUEST))).isEqualTo(Status.Code.UNAVAILABLE);
    }

    int attempts() {
      return stock.attempts("Look") - before;
    }

    int retrying() {
      return budget.retrying();
    }
  }
}
