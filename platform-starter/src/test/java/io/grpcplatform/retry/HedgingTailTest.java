package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpcplatform.CallClock;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What hedging does to the tail of the latency, and what it costs the backend. */
final class HedgingTailTest {

  private static final int CALLS = 1_000;
  private static final int CONCURRENT = 20;
  private static final Duration USUAL = Duration.ofMillis(2);
  private static final Duration SLOW = Duration.ofMillis(300);
  private static final Duration DELAY = Duration.ofMillis(50);
  private static final String LOOK =
      "platform.retry.hedging.methods[platform.test.v1.StockService/Look].";

  @Test
  void hedgingHalvesLateCallsForOneMoreEach() throws Exception {
    Measured plain = measure();
    Measured hedged = measure(LOOK + "delay=" + DELAY.toMillis() + "ms");

    System.out.println("FIGURE hedging, 5 % slow: without " + plain + ", with " + hedged);
    assertThat(plain.arrivals()).isEqualTo(CALLS);
    assertThat(plain.p99()).isGreaterThanOrEqualTo(SLOW);
    assertThat(plain.late()).isPositive();
    // Who answered, not how long a busy machine took to say so.
    assertThat(hedged.late()).isLessThanOrEqualTo(plain.late() / 2);
    assertThat(hedged.arrivals()).isBetween(CALLS + 1, CALLS + hedged.beyondDelay());
  }

  @Test
  void theDelayFollowsTheLatenciesOnceThereAreEnough() throws Exception {
    ManualClock clock = new ManualClock();
    try (LateBackend backend = new LateBackend(USUAL, SLOW, 0.02);
        Stock stock = Stock.serving(backend)) {
      Client.runner(Client.to(stock), LOOK + "delay=1h", LOOK + "delay-from=p95")
          .withBean(CallClock.class, () -> clock)
          .run(
              context -> {
                Client client = new Client(context);

                Measured before = load(client, backend, CALLS / 2);
                clock.advance(Duration.ofSeconds(60));
                Measured after = load(client, backend, CALLS / 2);

                System.out.println("FIGURE hedging at p95: before " + before + ", after " + after);
                assertThat(before.arrivals()).isEqualTo(CALLS / 2);
                assertThat(after.arrivals()).isGreaterThan(CALLS / 2);
                assertThat(before.late()).isPositive();
                assertThat(after.late()).isLessThanOrEqualTo(before.late() / 2);
              });
    }
  }

  private static Measured measure(String... properties) throws IOException {
    Measured[] measured = new Measured[1];
    try (LateBackend backend = new LateBackend(USUAL, SLOW, 0.05);
        Stock stock = Stock.serving(backend)) {
      Client.runner(properties)
          .withPropertyValues(Client.to(stock))
          .run(context -> measured[0] = load(new Client(context), backend, CALLS));
    }
    return measured[0];
  }

  private static Measured load(Client client, LateBackend backend, int calls)
      throws InterruptedException {
    int arrived = backend.arrivals();
    long[] took = new long[calls];
    Semaphore free = new Semaphore(CONCURRENT);
    CountDownLatch answered = new CountDownLatch(calls);
    AtomicInteger failed = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    var stub = client.futureStub("stock");
    for (int i = 0; i < calls; i++) {
      assertThat(free.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      int call = i;
      long begun = System.nanoTime();
      Futures.addCallback(
          stub.look(REQUEST),
          new FutureCallback<EchoResponse>() {
            @Override
            public void onSuccess(EchoResponse answer) {
              took[call] = System.nanoTime() - begun;
              if (answer.getText().equals(LateBackend.LATE)) {
                late.incrementAndGet();
              }
              free.release();
              answered.countDown();
            }

            @Override
            public void onFailure(Throwable failure) {
              failed.incrementAndGet();
              onSuccess(EchoResponse.getDefaultInstance());
            }
          },
          MoreExecutors.directExecutor());
    }
    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failed).hasValue(0);
    Arrays.sort(took);
    return new Measured(
        Duration.ofNanos(took[calls / 2]),
        Duration.ofNanos(took[calls * 99 / 100]),
        late.get(),
        (int) Arrays.stream(took).filter(nanos -> nanos >= DELAY.toNanos()).count(),
        backend.arrivals() - arrived);
  }

  /**
   * What a load saw.
   *
   * @param late calls whose answer was a late one
   * @param beyondDelay calls that took long enough to be hedged
   * @param arrivals attempts that reached the backend
   */
  private record Measured(Duration p50, Duration p99, int late, int beyondDelay, int arrivals) {
    @Override
    public String toString() {
      return "p50 "
          + p50.toMillis()
          + " ms, p99 "
          + p99.toMillis()
          + " ms, "
          + late
          + " late, "
          + arrivals
          + " calls";
    }
  }
}
