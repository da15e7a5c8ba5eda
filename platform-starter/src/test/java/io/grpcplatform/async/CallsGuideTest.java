package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceFutureStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import io.grpcplatform.test.v1.GetPricesRequest;
import io.grpcplatform.test.v1.Price;
import io.grpcplatform.test.v1.PriceServiceGrpc.PriceServiceStub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The code of the guide's page, which is made of regions of this class. */
final class CallsGuideTest {

  static List<EchoResponse> ask(EchoServiceStub stub, List<EchoRequest> requests) {
    return Calls.await(
        Calls.all(
            Calls.each(stub::unary, requests), FanOut.atOnce(8).within(Duration.ofMillis(800))));
  }

  static CompletableFuture<String> pair(
      EchoServiceStub one, EchoServiceFutureStub other, EchoRequest request) {
    return Calls.both(
        Calls.of(one::unary, request),
        Calls.of(other::unary, request),
        (first, second) -> first.getText() + second.getText());
  }

  static void ways(EchoServiceStub stub, EchoRequest request, List<String> log) throws Exception {
    Call<EchoResponse> call = Calls.of(stub::unary, request); // nothing is sent yet

    EchoResponse answer = call.await(); // waits, as a blocking stub does
    CompletableFuture<EchoResponse> future = call.start(); // its cancel cancels the call
    Mono<EchoResponse> mono = ReactorCalls.mono(call); // a call for each subscription
    Future<EchoResponse> telling =
        call.start(told -> log.add(told.getText()), failed -> log.add("failed"));
    log.add(answer.getText() + future.join().getText() + mono.block().getText());
    telling.get(10, TimeUnit.SECONDS);
  }

  static Batcher<String, Long> priceOf(PriceServiceStub stub) {
    return Batcher.of(
        "prices",
        BatchLimits.STANDARD, // 100 items, 2 ms, 4 batches at once, 10 000 items waiting
        articles ->
            Calls.of(
                    stub::getPrices, GetPricesRequest.newBuilder().addAllArticles(articles).build())
                .start()
                .thenApply(
                    answer -> answer.getPricesList().stream().map(CallsGuideTest::one).toList()));
  }

  static BatchResult<Long> one(Price price) {
    return price.hasFailure()
        ? BatchResult.failed(Status.fromCodeValue(price.getFailure().getCode()))
        : BatchResult.of(price.getCents());
  }

  @Test
  void theGuidesCodeDoesWhatItSays() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (HeldCalls server = new HeldCalls()) {
      EchoServiceBlockingStub blocking = EchoServiceGrpc.newBlockingStub(server.channel);
      EchoRequest echo = HeldCalls.request("echo");

      assertThat(ask(server.stub(), HeldCalls.requests("echo", 20))).hasSize(20);
      assertThat(pair(server.stub(), EchoServiceGrpc.newFutureStub(server.channel), echo).join())
          .isEqualTo("echoecho");
      ways(server.stub(), echo, log);
      assertThat(log).contains("echoechoecho");
      EchoResponse answer = Calls.of(blocking::unary, echo, threads).await();
      assertThat(answer.getText()).isEqualTo("echo");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theGuidesBatcherAsksForManyAtOnce() throws Exception {
    try (PriceList prices = new PriceList(() -> {});
        Batcher<String, Long> batcher = priceOf(prices.stub())) {
      assertThat(batcher.submit("abc").get(10, TimeUnit.SECONDS)).isEqualTo(3);
    }
  }
}
