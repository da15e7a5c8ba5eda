package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static io.grpcplatform.retry.Answers.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Retries that change while their channel is in use, counted where the attempts arrive. */
final class LiveRetryTest {

  private static final String LOOK = "platform.test.v1.StockService/Look";
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock();

  @Test
  void theNextCallIsAttemptedAsOftenAsSetNow() throws IOException {
    running(
        application -> {
          int before = application.attempts();
          long begun = System.nanoTime();

          application.change("max-attempts=5");
          int after = application.attemptsOnceHeard(5);
          long took = System.nanoTime() - begun;

          assertThat(before).isEqualTo(3);
          assertThat(after).isEqualTo(5);
          assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(1));
        });
  }

  @Test
  void aSecondChangeReachesTheChannelAfterThePause() throws IOException {
    running(
        application -> {
          application.attempts();
          application.change("max-attempts=5");
          application.change("max-attempts=2");
          int within = application.attemptsOnceHeard(5);

          clock.advance(PAUSE);
          int after = application.attemptsOnceHeard(2);

          assertThat(within).isEqualTo(5);
          assertThat(after).isEqualTo(2);
        });
  }

  @Test
  void switchesOffAndOnWithoutANewChannel() throws IOException {
    running(
        application -> {
          application.change("enabled=false");
          int off = application.attempts();
          clock.advance(PAUSE);
          application.change("enabled=true");
          int on = application.attemptsOnceHeard(3);

          assertThat(off).isEqualTo(1);
          assertThat(on).isEqualTo(3);
          assertThat(application.budget().retrying()).isZero();
        });
  }

  @Test
  void switchedOffWithinThePauseHoldsAtOnce() throws IOException {
    running(
        application -> {
          application.attempts();
          application.change("max-attempts=5");
          application.change("enabled=false");
          int off = application.attempts();
          application.change("methods[" + LOOK + "].max-attempts=1");
          int offByMethod = application.attempts();

          clock.advance(PAUSE);
          int pushed = application.attempts();

          assertThat(List.of(off, offByMethod, pushed)).containsExactly(1, 1, 1);
          assertThat(application.budget().retrying()).isZero();
        });
  }

  @Test
  void whatIsOffIsWatchedOnlyUntilTheChannelHears() throws IOException {
    running(
        application -> {
          application.attempts();
          application.change("max-attempts=5");
          application.change("enabled=false");
          boolean within = application.watched();
          clock.advance(PAUSE);

          assertThat(within).isTrue();
          assertThat(application.watched()).isFalse();
        });
  }

  @Test
  void canBeSwitchedOnThatWasOffAtTheStart() throws IOException {
    running(
        application -> {
          int off = application.attempts();
          application.change("enabled=true");
          int on = application.attemptsOnceHeard(3);

          assertThat(off).isEqualTo(1);
          assertThat(on).isEqualTo(3);
        },
        "platform.retry.enabled=false");
  }

  @Test
  void codesAndMethodsChangeToo() throws IOException {
    running(
        application -> {
          application.change("codes=aborted", "methods[" + LOOK + "].max-attempts=4");
          int otherCode = application.attempts();
          clock.advance(PAUSE);
          application.change("codes=unavailable", "methods[" + LOOK + "].max-attempts=4");
          int ownMethod = application.attemptsOnceHeard(4);

          assertThat(otherCode).isEqualTo(1);
          assertThat(ownMethod).isEqualTo(4);
        });
  }

  @Test
  void theBudgetChangesAtOnceAndKeepsItsCount() throws IOException {
    running(
        application -> {
          application.budget().acquire();

          application.change("budget.percent=0", "budget.min-concurrent=1");
          int refused = application.attempts();
          application.budget().release();
          int granted = application.attempts();

          assertThat(refused).isEqualTo(1);
          assertThat(granted).isEqualTo(3);
        });
  }

  @Test
  void aCallUnderWayKeepsThePlanItBeganWith() throws IOException {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    Stock.Answer waiting =
        (request, response) -> {
          arrived.countDown();
          await(changed);
          response.onError(Status.UNAVAILABLE.asException());
        };
    running(
        waiting,
        application -> {
          ListenableFuture<EchoResponse> call =
              application.client.futureStub("stock").look(REQUEST);
          await(arrived);
          application.change("max-attempts=5");
          changed.countDown();

          assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
              .isInstanceOf(ExecutionException.class);
          assertThat(application.stock.attempts("Look")).isEqualTo(3);
        });
  }

  @Test
  void aHedgeThatAContractForbidsChangesNothing() throws IOException {
    running(
        application -> {
          application.attempts();

          assertThatThrownBy(
                  () ->
                      application.change(
                          "max-attempts=5",
                          "hedging.methods[platform.test.v1.StockService/Take].delay=5ms"))
              .isInstanceOf(SettingException.class)
              .hasMessageContaining("idempotency_level");
          assertThat(application.attempts()).isEqualTo(3);
        });
  }

  @Test
  void changesOfOtherFeaturesPushNothing() throws IOException {
    running(
        application -> {
          application.attempts();

          application.settings.changed();

          application.change("max-attempts=5");
          assertThat(application.attemptsOnceHeard(5)).isEqualTo(5);
        });
  }

  private void running(Consumer<Application> test, String... properties) throws IOException {
    running(failing(Status.UNAVAILABLE), test, properties);
  }

  private void running(Stock.Answer answer, Consumer<Application> test, String... properties)
      throws IOException {
    try (Stock stock = Stock.serving(answer)) {
      Client.runner(properties)
          .withPropertyValues(Client.to(stock), "platform.retry.budget.max-tokens=1000")
          .withBean(CallClock.class, () -> clock)
          .run(
              context ->
                  test.accept(
                      new Application(
                          stock,
                          new Client(context),
                          context.getBean(LiveSettings.class),
                          context.getBean(RetryBudget.class),
                          context.getBean(RetryContributor.class))));
    }
  }

  private record Application(
      Stock stock,
      Client client,
      LiveSettings settings,
      RetryBudget budget,
      RetryContributor contributor) {

    boolean watched() {
      return contributor.attempts("stock", LOOK);
    }

    /** How often the server sees one call. */
    int attempts() {
      int before = stock.attempts("Look");
      Client.codeOf(() -> client.stub().look(REQUEST));
      return stock.attempts("Look") - before;
    }

    /** The same once the channel has heard of a change, which it does on a thread of gRPC's. */
    int attemptsOnceHeard(int expected) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      int seen;
      do {
        seen = attempts();
      } while (seen != expected && System.nanoTime() < end);
      return seen;
    }

    void change(String... properties) {
      Map<String, String> next = new HashMap<>();
      next.put("platform.retry.initial-backoff", "1ms");
      next.put("platform.retry.max-backoff", "5ms");
      next.put("platform.retry.budget.max-tokens", "1000");
      for (String property : properties) {
        int equals = property.indexOf('=');
        next.put("platform.retry." + property.substring(0, equals), property.substring(equals + 1));
      }
      Live<?> live =
          settings.all().stream()
              .filter(each -> each.type() == RetryProperties.class)
              .findFirst()
              .orElseThrow();
      settings.apply(
          Map.of(
              live,
              new Binder(new MapConfigurationPropertySource(next))
                  .bindOrCreate("platform.retry", RetryProperties.class)));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("not reached");
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
