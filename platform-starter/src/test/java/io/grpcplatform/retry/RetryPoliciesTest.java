package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static io.grpcplatform.retry.Answers.failing;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.test.v1.ShelfServiceGrpc;
import io.grpcplatform.test.v1.ShelfServiceGrpc.ShelfServiceBlockingStub;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Whose word holds for a method: its own, its service's, its contract's, everyone's. */
final class RetryPoliciesTest {

  private static final String SHELF = "platform.retry.methods[platform.test.v1.ShelfService/";
  private static final Set<Status.Code> CODES = Set.of(Status.Code.UNAVAILABLE);

  @Test
  void theContractWinsOverWhatHoldsForEveryone() {
    AttemptPolicy policy =
        count(Map.of("platform.retry.max-attempts", "5", "platform.retry.max-backoff", "7s"));

    assertThat(policy).isEqualTo(retry(2, 7, 99, 1.5));
  }

  @Test
  void theServicesPropertyWinsOverTheContractByLeaf() {
    AttemptPolicy policy = count(Map.of(SHELF + "*].max-attempts", "3"));

    assertThat(policy).isEqualTo(retry(3, 7, 99, 1.5));
  }

  @Test
  void theMethodsPropertyWinsOverAllByLeaf() {
    AttemptPolicy policy =
        count(
            Map.of(
                SHELF + "*].max-attempts",
                "3",
                SHELF + "*].multiplier",
                "4",
                SHELF + "Count].max-attempts",
                "5",
                SHELF + "Count].max-backoff",
                "1050ms"));

    assertThat(policy).isEqualTo(retry(5, 7, 1050, 4));
  }

  @Test
  void aContractWithoutIdempotencyLevelIsNotRetried() {
    AttemptPolicy policy =
        policies(Map.of())
            .of(
                CallKey.of("stock", ShelfServiceGrpc.getFillMethod()),
                ShelfServiceGrpc.getFillMethod());

    assertThat(policy).isNull();
  }

  @Test
  void aNamedMethodTakesNothingFromSuchAContract() {
    AttemptPolicy policy =
        policies(Map.of(SHELF + "Fill].multiplier", "3"))
            .of(
                CallKey.of("stock", ShelfServiceGrpc.getFillMethod()),
                ShelfServiceGrpc.getFillMethod());

    assertThat(policy).isEqualTo(retry(3, 50, 1000, 3));
  }

  @Test
  void theServerSeesAsManyAttemptsAsTheContractAllows() throws IOException {
    try (Stock stock = Stock.serving(failing(Status.UNAVAILABLE))) {
      Client.runner(Client.to(stock))
          .run(
              context -> {
                Client client = new Client(context);
                var stub = client.channels().stub("stock", ShelfServiceBlockingStub.class);

                Client.codeOf(() -> stub.count(REQUEST));
                Client.codeOf(() -> stub.fill(REQUEST));

                assertThat(stock.attempts("Count")).isEqualTo(2);
                assertThat(stock.attempts("Fill")).isEqualTo(1);
              });
    }
  }

  private static AttemptPolicy count(Map<String, String> properties) {
    return policies(properties)
        .of(
            CallKey.of("stock", ShelfServiceGrpc.getCountMethod()),
            ShelfServiceGrpc.getCountMethod());
  }

  private static RetryPolicies policies(Map<String, String> properties) {
    RetryProperties settings =
        new Binder(new MapConfigurationPropertySource(properties))
            .bindOrCreate("platform.retry", RetryProperties.class);
    CallClock clock = CallClock.system();
    return new RetryPolicies(settings, new HedgeDelays(new CallLatencies(clock), clock, () -> {}));
  }

  private static AttemptPolicy retry(int attempts, long initial, long max, double multiplier) {
    return new AttemptPolicy.Retry(
        attempts, Duration.ofMillis(initial), Duration.ofMillis(max), multiplier, CODES);
  }
}
