package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static io.grpcplatform.retry.Answers.failing;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

/** What retries add to the load of a backend that is down, measured where they arrive. */
final class OutageTest {

  private static final int CALLS = 4_000;
  private static final Status DOWN = Status.UNAVAILABLE.withDescription("backend down");

  @Test
  void aFullOutageAddsHardlyAnyAttempts() throws IOException {
    try (Stock stock = Stock.serving(failing(DOWN))) {
      Client.runner(Client.to(stock))
          .run(
              context -> {
                Client client = new Client(context);

                for (int done = 0; done < CALLS; done += 50) {
                  failAll(lookups(client, "stock", 50));
                }

                double ratio = (double) stock.attempts("Look") / CALLS;
                assertThat(ratio).isBetween(1.0, 1.1);
              });
    }
  }

  @Test
  void threeHopsTogetherAddHardlyAnyAttempts() throws IOException {
    try (Stock last = Stock.serving(failing(DOWN))) {
      Client.runner(Client.to(last))
          .run(
              third -> {
                try (Stock second = Stock.serving(calling(third))) {
                  Client.runner(Client.to(second))
                      .run(
                          context -> {
                            try (Stock first = Stock.serving(calling(context))) {
                              Client.runner(Client.to(first))
                                  .run(edge -> measureThreeHops(new Client(edge), last));
                            }
                          });
                }
              });
    }
  }

  private static void measureThreeHops(Client client, Stock last) throws Exception {
    for (int done = 0; done < CALLS; done += 20) {
      failAll(lookups(client, "stock", 20));
    }

    double ratio = (double) last.attempts("Look") / CALLS;
    assertThat(ratio).isBetween(1.0, 1.2);
  }

  @Test
  void theBudgetHoldsOverAllChannelsTogether() throws IOException {
    CountDownLatch originals = new CountDownLatch(100);
    CountDownLatch refused = new CountDownLatch(80);
    AtomicInteger retries = new AtomicInteger();
    Stock.Answer down =
        (request, response) -> {
          await(Stock.PREVIOUS.get() == 0 ? arrived(originals) : counted(retries, refused));
          response.onError(DOWN.asException());
        };
    try (Stock stock = Stock.serving(down)) {
      Client.runner(
              Client.to(stock),
              "platform.client.channels.other.target=" + stock.target(),
              "platform.retry.max-attempts=2",
              "platform.retry.budget.max-tokens=1000")
          .run(
              context -> {
                Client client = new Client(context);

                var calls = new ArrayList<>(lookups(client, "stock", 50));
                calls.addAll(lookups(client, "other", 50));
                calls.forEach(call -> call.addListener(refused::countDown, Runnable::run));
                List<Refusal.Reason> reasons = reasonsOf(calls);

                assertThat(retries).hasValue(20);
                assertThat(stock.attempts("Look")).isEqualTo(120);
                assertThat(reasons)
                    .filteredOn(Refusal.Reason.RETRY_BUDGET_EXHAUSTED::equals)
                    .hasSize(80);
              });
    }
  }

  @Test
  void aCallThatSucceedsInTheEndLeavesTheBudget() throws IOException {
    try (Stock stock = Stock.serving(Answers.failingFirst(2))) {
      Client.runner(Client.to(stock))
          .run(
              context -> {
                new Client(context).stub().look(REQUEST);

                assertThat(stock.attempts("Look")).isEqualTo(3);
                assertThat(context.getBean(RetryBudget.class).retrying()).isZero();
              });
    }
  }

  @Test
  void aCallThatExpiresInItsPauseLeavesTheBudget() throws IOException {
    try (Stock stock = Stock.serving(failing(DOWN))) {
      Client.runner(
              Client.to(stock),
              "platform.retry.initial-backoff=1h",
              "platform.retry.max-backoff=1h")
          .run(
              context -> {
                Client client = new Client(context);
                Client.codeOf(() -> client.stub().take(REQUEST));
                var stub = client.stub().withDeadlineAfter(500, TimeUnit.MILLISECONDS);

                Status.Code code = Client.codeOf(() -> stub.look(REQUEST));

                assertThat(code).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                assertThat(stock.attempts("Look")).isEqualTo(1);
                assertThat(context.getBean(RetryBudget.class).retrying()).isZero();
              });
    }
  }

  @Test
  void aRefusedRetryKeepsTheStatusOfTheAttempt() throws IOException {
    try (Stock stock = Stock.serving(failing(DOWN))) {
      SimpleMeterRegistry meters = new SimpleMeterRegistry();
      Client.runner(
              Client.to(stock),
              "platform.retry.budget.percent=0",
              "platform.retry.budget.min-concurrent=0")
          .withBean(SimpleMeterRegistry.class, () -> meters)
          .run(
              context -> {
                StatusRuntimeException failed =
                    Client.failureOf(() -> new Client(context).stub().look(REQUEST));

                assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(failed.getStatus().getDescription()).isEqualTo("backend down");
                assertThat(reasonOf(failed)).isEqualTo(Refusal.Reason.RETRY_BUDGET_EXHAUSTED);
                assertThat(stock.attempts("Look")).isEqualTo(1);
                assertThat(
                        meters
                            .get("platform.retry.stopped")
                            .tag("reason", "budget")
                            .counter()
                            .count())
                    .isEqualTo(1);
              });
    }
  }

  @Test
  void aStatusThatIsNotRetriedStaysAsItIs() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.NOT_FOUND))) {
      Client.runner(
              Client.to(stock),
              "platform.retry.budget.percent=0",
              "platform.retry.budget.min-concurrent=0")
          .run(
              context -> {
                StatusRuntimeException failed =
                    Client.failureOf(() -> new Client(context).stub().look(REQUEST));

                assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
                assertThat(failed.getTrailers().keys())
                    .doesNotContain("grpc-retry-pushback-ms", "grpc-status-details-bin");
              });
    }
  }

  @Test
  void aFailureAfterHeadersIsNoRefusedRetry() throws IOException {
    Stock.Answer headersFirst =
        (request, response) -> {
          Stock.CALL.get().sendHeaders(new Metadata());
          response.onError(DOWN.asException());
        };
    try (Stock stock = Stock.serving(headersFirst)) {
      Client.runner(
              Client.to(stock),
              "platform.retry.budget.percent=0",
              "platform.retry.budget.min-concurrent=0")
          .run(
              context -> {
                StatusRuntimeException failed =
                    Client.failureOf(() -> new Client(context).stub().look(REQUEST));

                assertThat(failed.getStatus().getDescription()).isEqualTo("backend down");
                assertThat(reasonOf(failed)).isNull();
              });
    }
  }

  @Test
  void aCallThatServesARetryIsNotRetried() throws Exception {
    try (Stock backend = Stock.serving(failing(DOWN))) {
      Client.runner(Client.to(backend))
          .run(
              context -> {
                try (Stock middle = Stock.serving(calling(context))) {
                  StatusRuntimeException first = lookAs(middle, null);
                  int afterFirst = backend.attempts("Look");

                  StatusRuntimeException retry = lookAs(middle, "1");

                  assertThat(afterFirst).isEqualTo(3);
                  assertThat(backend.attempts("Look") - afterFirst).isEqualTo(1);
                  assertThat(retry.getStatus().getDescription())
                      .isEqualTo(first.getStatus().getDescription());
                  assertThat(retry.getTrailers().keys()).doesNotContain("grpc-retry-pushback-ms");
                }
              });
    }
  }

  @Test
  void everyAttemptThatGoesOutIsCounted() throws IOException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Stock stock = Stock.serving(Answers.failingFirst(2))) {
      Client.runner(Client.to(stock))
          .withBean(SimpleMeterRegistry.class, () -> meters)
          .run(
              context -> {
                new Client(context).stub().look(REQUEST);

                assertThat(attempts(meters, "original")).isEqualTo(1);
                assertThat(attempts(meters, "retry")).isEqualTo(2);
              });
    }
  }

  private static double attempts(SimpleMeterRegistry meters, String kind) {
    return meters
        .get("platform.retry.attempts")
        .tags("channel", "stock", "rpc.method", "Look", "kind", kind)
        .counter()
        .count();
  }

  /** A handler that asks the next hop and passes its answer on. */
  private static Stock.Answer calling(AssertableApplicationContext context) {
    StockServiceBlockingStub next = new Client(context).stub();
    return (request, response) -> {
      try {
        response.onNext(next.look(request));
        response.onCompleted();
      } catch (StatusRuntimeException failed) {
        response.onError(failed.getStatus().asException());
      }
    };
  }

  /** A bare call, which says itself how many attempts there were before. */
  private static StatusRuntimeException lookAs(Stock stock, String previousAttempts)
      throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", stock.port()).usePlaintext().build();
    try {
      Metadata headers = new Metadata();
      if (previousAttempts != null) {
        headers.put(Stock.PREVIOUS_ATTEMPTS, previousAttempts);
      }
      var stub =
          StockServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
      return Client.failureOf(() -> stub.look(REQUEST));
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static List<ListenableFuture<EchoResponse>> lookups(
      Client client, String channel, int number) {
    var stub = client.futureStub(channel);
    List<ListenableFuture<EchoResponse>> calls = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      calls.add(stub.look(REQUEST));
    }
    return calls;
  }

  private static void failAll(List<ListenableFuture<EchoResponse>> calls) throws Exception {
    for (ListenableFuture<EchoResponse> call : calls) {
      failureOf(call);
    }
  }

  private static List<Refusal.Reason> reasonsOf(List<ListenableFuture<EchoResponse>> calls)
      throws Exception {
    List<Refusal.Reason> reasons = new ArrayList<>();
    for (ListenableFuture<EchoResponse> call : calls) {
      reasons.add(reasonOf(failureOf(call)));
    }
    return reasons;
  }

  private static StatusRuntimeException failureOf(ListenableFuture<EchoResponse> call)
      throws Exception {
    try {
      throw new AssertionError("answered with " + call.get(20, TimeUnit.SECONDS));
    } catch (ExecutionException failed) {
      return (StatusRuntimeException) failed.getCause();
    }
  }

  private static Refusal.Reason reasonOf(StatusRuntimeException failed) {
    Metadata trailers = failed.getTrailers();
    return trailers == null ? null : Refusal.reasonOf(trailers);
  }

  private static CountDownLatch arrived(CountDownLatch latch) {
    latch.countDown();
    return latch;
  }

  private static CountDownLatch counted(AtomicInteger counter, CountDownLatch latch) {
    counter.incrementAndGet();
    return latch;
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("not reached: " + latch);
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
