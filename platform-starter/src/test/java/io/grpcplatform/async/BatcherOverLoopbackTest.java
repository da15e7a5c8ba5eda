package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One article at a time for its callers, many in one call for a real server. */
final class BatcherOverLoopbackTest {

  private PriceList prices;

  @BeforeEach
  void serve() throws Exception {
    prices = new PriceList(() -> {});
  }

  @AfterEach
  void stop() throws Exception {
    prices.close();
  }

  @Test
  void manyArticlesAreAskedForInOneCall() throws Exception {
    try (Batcher<String, Long> batcher =
        prices.batcher(BatchLimits.STANDARD.withItems(3).withDelay(Duration.ofHours(1)))) {
      List<CompletableFuture<Long>> answers =
          List.of(batcher.submit("a"), batcher.submit("unknown"), batcher.submit("ccc"));

      assertThat(answers.get(0).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(answers.get(2).get(10, TimeUnit.SECONDS)).isEqualTo(3);
      assertThatThrownBy(() -> Calls.await(answers.get(1)))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessage("NOT_FOUND: unknown");
      assertThat(prices.calls.sum()).isEqualTo(1);
    }
  }

  @Test
  void oneArticleGoesAloneAfterTheDelay() throws Exception {
    try (Batcher<String, Long> batcher =
        prices.batcher(BatchLimits.STANDARD.withDelay(Duration.ofMillis(11)))) {
      assertThat(batcher.submit("alone").get(10, TimeUnit.SECONDS)).isEqualTo(5);
    }
  }

  @Test
  void theServerHearsThatNobodyWaitsAnyMore() throws Exception {
    try (Batcher<String, Long> batcher = prices.batcher(BatchLimits.STANDARD.withItems(2))) {
      List<CompletableFuture<Long>> answers = List.of(batcher.submit("hold"), batcher.submit("on"));
      CompletableFuture<Long> atTheServer = prices.nextHeld();

      answers.forEach(one -> one.cancel(true));

      assertThat(atTheServer.get(10, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void theCallEndsWithTheEarliestDeadlineOfItsItems() throws Exception {
    try (Batcher<String, Long> batcher = prices.batcher(BatchLimits.STANDARD.withItems(2))) {
      Context hasty =
          Context.current()
              .withDeadline(Deadline.after(330, TimeUnit.MILLISECONDS), DeadlineTimer.shared());

      CompletableFuture<Long> patient = batcher.submit("hold");
      CompletableFuture<Long> late = hasty.call(() -> batcher.submit("on"));

      for (CompletableFuture<Long> answer : List.of(patient, late)) {
        assertThatThrownBy(() -> Calls.await(answer)).hasMessageContaining("DEADLINE_EXCEEDED");
      }
      assertThat(prices.nextHeld().get(10, TimeUnit.SECONDS)).isLessThan(330);
    }
  }
}
