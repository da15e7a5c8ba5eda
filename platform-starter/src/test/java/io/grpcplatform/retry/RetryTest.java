package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static io.grpcplatform.retry.Answers.failing;
import static io.grpcplatform.retry.Answers.failingFirst;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryTest {

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  @Test
  void retriesOnlyMethodsWhoseContractAllowsIt() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().look(REQUEST));
            Client.codeOf(() -> client.stub().put(REQUEST));
            Client.codeOf(() -> client.stub().take(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(3);
            assertThat(stock.attempts("Put")).isEqualTo(3);
            assertThat(stock.attempts("Take")).isEqualTo(1);
          },
          "platform.retry.budget.max-tokens=100");
    }
  }

  @Test
  void answersFromAnAttemptAfterTheFirst() throws IOException {
    try (Stock stock = Stock.serving(failingFirst(2))) {
      calling(
          stock,
          client -> {
            String text = client.stub().look(REQUEST).getText();

            assertThat(text).isEqualTo("hello");
            assertThat(stock.attempts("Look")).isEqualTo(3);
          });
    }
  }

  @Test
  void retriesAMethodThatIsNamedInProperties() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().take(REQUEST));

            assertThat(stock.attempts("Take")).isEqualTo(2);
          },
          "platform.retry.methods[platform.test.v1.StockService/Take].max-attempts=2");
    }
  }

  @Test
  void aNamedServiceChangesOnlyMethodsThatAreRetried() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().take(REQUEST));
            Client.codeOf(() -> client.stub().put(REQUEST));
            Client.codeOf(() -> client.stub().look(REQUEST));

            assertThat(stock.attempts("Take")).isEqualTo(1);
            assertThat(stock.attempts("Put")).isEqualTo(2);
            assertThat(stock.attempts("Look")).isEqualTo(1);
          },
          "platform.retry.methods[platform.test.v1.StockService/*].max-attempts=2",
          "platform.retry.methods[platform.test.v1.StockService/Look].max-attempts=1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void makesAsManyAttemptsAsAreAllowed(int allowed) throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().look(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(allowed);
          },
          "platform.retry.max-attempts=" + allowed,
          "platform.retry.budget.max-tokens=100");
    }
  }

  @Test
  void retriesOnlyTheCodesOfTheSettings() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.ABORTED))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().look(REQUEST));
            Client.codeOf(() -> client.stub().put(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(1);
            assertThat(stock.attempts("Put")).isEqualTo(3);
          },
          "platform.retry.methods[platform.test.v1.StockService/Put].codes=aborted,unavailable");
    }
  }

  @Test
  void retriesAStreamThatHasNotOpened() throws IOException {
    try (Stock stock = Stock.serving(failingFirst(1))) {
      calling(
          stock,
          client -> {
            var answers = client.stub().watch(REQUEST);

            assertThat(answers.next().getText()).isEqualTo("hello");
            assertThat(stock.attempts("Watch")).isEqualTo(2);
          });
    }
  }

  @Test
  void headersSentEarlyEndAllRetrying() throws IOException {
    Stock.Answer headersFirst =
        (request, response) -> {
          Stock.CALL.get().sendHeaders(new Metadata());
          response.onError(Status.UNAVAILABLE.asException());
        };
    try (Stock stock = Stock.serving(headersFirst)) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().look(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(1);
          });
    }
  }

  @Test
  void obeysAServerThatForbidsTheRetry() throws IOException {
    Metadata never = new Metadata();
    never.put(PUSHBACK, "-1");
    Stock.Answer forbidding =
        (request, response) -> response.onError(Status.UNAVAILABLE.asException(never));
    try (Stock stock = Stock.serving(forbidding)) {
      calling(
          stock,
          client -> {
            StatusRuntimeException failed = Client.failureOf(() -> client.stub().look(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(1);
            assertThat(pushbackOf(failed)).isEqualTo("-1");
          });
    }
  }

  @Test
  void retriesNothingWhenSwitchedOff() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.stub().look(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(1);
          },
          "platform.retry.enabled=false");
    }
  }

  @Test
  void retriesInProcessAsOverTheNetwork() throws IOException {
    try (Stock stock = Stock.inProcess("retried", failingFirst(2))) {
      Client.runner("platform.client.channels.stock.target=in-process:retried")
          .run(
              context -> {
                String text = new Client(context).stub().look(REQUEST).getText();

                assertThat(text).isEqualTo("hello");
                assertThat(stock.attempts("Look")).isEqualTo(3);
              });
    }
  }

  @Test
  void aMethodUnknownToTheChannelIsNotRetried() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      calling(
          stock,
          client -> {
            Client.codeOf(() -> client.bareStub().look(REQUEST));

            assertThat(stock.attempts("Look")).isEqualTo(1);
          });
    }
  }

  private static String pushbackOf(StatusRuntimeException failed) {
    Metadata trailers = failed.getTrailers();
    return trailers == null ? null : trailers.get(PUSHBACK);
  }

  private static void calling(Stock stock, Consumer<Client> test, String... properties) {
    Client.runner(properties)
        .withPropertyValues(Client.to(stock))
        .run(context -> test.accept(new Client(context)));
  }
}
