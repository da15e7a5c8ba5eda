package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static io.grpcplatform.retry.Answers.failing;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc.StockServiceBlockingStub;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Retries on channels of plain grpc-java, without Spring. */
final class RetriesTest {

  private static final Retries QUICK =
      Retries.of(
          4,
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Set.of(Status.Code.UNAVAILABLE, Status.Code.ABORTED));

  @Test
  void aPlainChannelRetriesByTheContract() throws Exception {
    try (Stock stock = Stock.serving(failing(Status.ABORTED))) {
      calling(
          NettyChannelBuilder.forAddress("127.0.0.1", stock.port()).usePlaintext(),
          stub -> {
            Client.codeOf(() -> stub.look(REQUEST));
            Client.codeOf(() -> stub.take(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(4);
            assertThat(stock.attempts("Take")).isEqualTo(1);
          });
    }
  }

  @Test
  void anInProcessChannelRetriesToo() throws Exception {
    try (Stock stock = Stock.inProcess("plain-retries", Answers.failingFirst(2))) {
      calling(
          InProcessChannelBuilder.forName("plain-retries"),
          stub -> {
            assertThat(stub.look(REQUEST).getText()).isEqualTo("hello");
            assertThat(stock.attempts("Look")).isEqualTo(3);
          });
    }
  }

  @Test
  void theStandardOnesAreThoseOfTheStarter() throws Exception {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      NettyChannelBuilder builder =
          NettyChannelBuilder.forAddress("127.0.0.1", stock.port()).usePlaintext();
      Retries.standard().install(builder, "stock", StockServiceGrpc.getServiceDescriptor());
      with(
          builder.build(),
          stub -> {
            Client.codeOf(() -> stub.look(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(3);
          });
    }
  }

  @Test
  void aServedRetryIsNotRetriedFurther() throws Exception {
    try (Stock backend = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          NettyChannelBuilder.forAddress("127.0.0.1", backend.port()).usePlaintext(),
          next -> {
            Stock.Answer passing =
                (request, response) ->
                    response.onError(
                        Client.failureOf(() -> next.look(request)).getStatus().asException());
            try (Stock middle = Stock.serving(passing)) {
              calling(
                  NettyChannelBuilder.forAddress("127.0.0.1", middle.port()).usePlaintext(),
                  stub -> {
                    var failed = Client.failureOf(() -> stub.look(REQUEST));

                    assertThat(middle.attempts("Look")).isEqualTo(4);
                    assertThat(backend.attempts("Look")).isEqualTo(4 + 3);
                    assertThat(Refusal.reasonOf(failed.getTrailers())).isNull();
                  });
            } catch (IOException failed) {
              throw new AssertionError(failed);
            }
          });
    }
  }

  private static void calling(
      ManagedChannelBuilder<?> builder, Consumer<StockServiceBlockingStub> test) {
    QUICK.install(builder, "stock", StockServiceGrpc.getServiceDescriptor());
    with(builder.build(), test);
  }

  private static void with(ManagedChannel channel, Consumer<StockServiceBlockingStub> test) {
    try {
      test.accept(StockServiceGrpc.newBlockingStub(channel));
    } finally {
      channel.shutdownNow();
    }
  }
}
