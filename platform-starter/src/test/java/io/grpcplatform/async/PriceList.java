package io.grpcplatform.async;

import com.google.rpc.Code;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.deadline.Deadlines;
import io.grpcplatform.error.Errors;
import io.grpcplatform.telemetry.Telemetry;
import io.grpcplatform.test.v1.GetPricesRequest;
import io.grpcplatform.test.v1.GetPricesResponse;
import io.grpcplatform.test.v1.Price;
import io.grpcplatform.test.v1.PriceServiceGrpc;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A price service behind the platform's pipeline on both sides, whose one method takes many
 * articles, and what a user writes to reach it one article at a time.
 */
final class PriceList implements AutoCloseable {

  final LongAdder calls = new LongAdder();
  final BlockingQueue<CompletableFuture<Long>> held = new LinkedBlockingQueue<>();
  private final Work work;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Loopback server;
  private final PriceServiceGrpc.PriceServiceStub prices;

  /** What the handler does once per call, whatever is in it. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  PriceList(Work work) throws Exception {
    this.work = work;
    server =
        Loopback.serving(
            new Service(), Telemetry.server(meters), Errors.server(), Deadlines.server());
    ManagedChannel channel =
        server.channel(Telemetry.client(meters), Errors.client(), Deadlines.client());
    prices = PriceServiceGrpc.newStub(channel);
  }

  PriceServiceGrpc.PriceServiceStub stub() {
    return prices;
  }

  Batcher<String, Long> batcher(BatchLimits limits) {
    return Batcher.of("prices", limits, this::ask);
  }

  private CompletionStage<List<BatchResult<Long>>> ask(List<String> articles) {
    GetPricesRequest request = GetPricesRequest.newBuilder().addAllArticles(articles).build();
    return Calls.of(prices::getPrices, request)
        .start()
        .thenApply(answer -> answer.getPricesList().stream().map(PriceList::result).toList());
  }

  private static BatchResult<Long> result(Price price) {
    return price.hasFailure()
        ? BatchResult.failed(
            Status.fromCodeValue(price.getFailure().getCode())
                .withDescription(price.getFailure().getMessage()))
        : BatchResult.of(price.getCents());
  }

  CompletableFuture<Long> nextHeld() throws InterruptedException {
    CompletableFuture<Long> next = held.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no call arrived within 10 s");
    }
    return next;
  }

  @Override
  public void close() throws Exception {
    server.close();
  }

  private final class Service extends PriceServiceGrpc.PriceServiceImplBase {
    @Override
    public void getPrices(GetPricesRequest request, StreamObserver<GetPricesResponse> response) {
      calls.increment();
      if (request.getArticlesList().contains("hold")) {
        hold((ServerCallStreamObserver<GetPricesResponse>) response);
        return;
      }
      try {
        work.run();
      } catch (Exception failed) {
        response.onError(failed);
        return;
      }
      GetPricesResponse.Builder answer = GetPricesResponse.newBuilder();
      for (String article : request.getArticlesList()) {
        answer.addPrices(price(article));
      }
      response.onNext(answer.build());
      response.onCompleted();
    }

    private void hold(ServerCallStreamObserver<GetPricesResponse> response) {
      CompletableFuture<Long> cancelled = new CompletableFuture<>();
      var left = Context.current().getDeadline();
      response.setOnCancelHandler(
          () -> cancelled.complete(left == null ? -1 : left.timeRemaining(TimeUnit.MILLISECONDS)));
      held.add(cancelled);
    }

    private static Price price(String article) {
      Price.Builder price = Price.newBuilder();
      if (article.startsWith("unknown")) {
        price.getFailureBuilder().setCode(Code.NOT_FOUND_VALUE).setMessage(article);
      } else {
        price.setCents(article.length());
      }
      return price.build();
    }
  }
}
