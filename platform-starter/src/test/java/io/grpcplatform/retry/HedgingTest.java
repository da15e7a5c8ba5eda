package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HedgingTest {

  private static final String LOOK =
      "platform.retry.hedging.methods[platform.test.v1.StockService/Look].";

  @Test
  void theSecondServerAnswersWhenTheFirstStalls() throws IOException {
    AtomicInteger arrived = new AtomicInteger();
    Stock.Answer firstStalls =
        (request, response) -> {
          if (arrived.incrementAndGet() > 1) {
            Answers.echo(request, response);
          }
        };
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Stock one = Stock.serving(firstStalls);
        Stock other = Stock.serving(firstStalls)) {
      Client.runner(
              "platform.client.channels.stock.target=static://"
                  + one.target()
                  + ","
                  + other.target(),
              LOOK + "delay=5ms")
          .withBean(SimpleMeterRegistry.class, () -> meters)
          .run(
              context -> {
                Client client = new Client(context);
                connectBoth(client, one, other, arrived);

                EchoResponse answer = client.stub().look(REQUEST);

                assertThat(answer.getText()).isEqualTo("hello");
                assertThat(one.attempts("Look")).isEqualTo(1);
                assertThat(other.attempts("Look")).isEqualTo(1);
                assertThat(attempts(meters, "hedge")).isEqualTo(1);
              });
    }
  }

  /** Calls that nobody stalls, until both servers have had one: both are connected then. */
  private static void connectBoth(Client client, Stock one, Stock other, AtomicInteger arrived) {
    arrived.set(1);
    for (int i = 0; i < 10_000 && Math.min(one.attempts("Put"), other.attempts("Put")) == 0; i++) {
      client.stub().put(REQUEST);
    }
    arrived.set(0);
  }

  @Test
  void aFatalStatusEndsAHedgedCall() throws IOException {
    try (Stock stock = Stock.serving(Answers.failing(Status.NOT_FOUND))) {
      Client.runner(Client.to(stock), LOOK + "delay=1h")
          .run(
              context -> {
                Status.Code code = Client.codeOf(() -> new Client(context).stub().look(REQUEST));

                assertThat(code).isEqualTo(Status.Code.NOT_FOUND);
                assertThat(stock.attempts("Look")).isEqualTo(1);
              });
    }
  }

  @Test
  void aDelayOfNothingLeavesTheRetry() throws IOException {
    try (Stock stock = Stock.serving(Answers.failingFirst(2))) {
      Client.runner(
              Client.to(stock),
              "platform.retry.hedging.methods[platform.test.v1.StockService/*].delay=1h",
              LOOK + "delay=0s")
          .run(
              context -> {
                new Client(context).stub().look(REQUEST);

                assertThat(stock.attempts("Look")).isEqualTo(3);
              });
    }
  }

  @Test
  void aMethodThatIsNotIdempotentCannotBeHedged() {
    Client.runner(
            "platform.client.channels.stock.target=localhost:1",
            "platform.retry.hedging.methods[platform.test.v1.StockService/Take].delay=5ms")
        .withBean(StubHolder.class)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .isInstanceOf(SettingException.class)
                    .hasMessage(
                        "methods[platform.test.v1.StockService/Take].delay: 5ms (expected: 0s,"
                            + " because the contract of this method says no idempotency_level and a"
                            + " hedged call is handled more than once, platform.retry.hedging"
                            + ".methods[platform.test.v1.StockService/Take].delay)"));
  }

  @Test
  void aStubOfOnesOwnIsCalledWithoutTheForbiddenHedge() throws IOException {
    try (Stock stock = Stock.serving(Answers::echo)) {
      Client.runner(
              Client.to(stock),
              "platform.retry.hedging.methods[platform.test.v1.StockService/Take].delay=5ms")
          .run(
              context -> {
                assertThat(new Client(context).bareStub().take(REQUEST).getText())
                    .isEqualTo("hello");
                assertThat(stock.attempts("Take")).isEqualTo(1);
              });
    }
  }

  @Test
  void aWholeServiceIsHedgedAsFarAsContractsAllow() throws IOException {
    try (Stock stock = Stock.serving(Answers::echo)) {
      Client.runner(
              Client.to(stock),
              "platform.retry.hedging.methods[platform.test.v1.StockService/*].delay=1h")
          .run(
              context -> {
                String text = new Client(context).stub().take(REQUEST).getText();

                assertThat(text).isEqualTo("hello");
              });
    }
  }

  private static double attempts(SimpleMeterRegistry meters, String kind) {
    return meters
        .get("platform.retry.attempts")
        .tags("rpc.method", "Look", "kind", kind)
        .counter()
        .count();
  }
}
