package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What batches of 1, 10 and 100 items gain, over loopback and with the platform's pipeline on both
 * sides: ratios of one run, whose rounds take turns, for figures of several runs on a busy machine
 * say nothing. {@code -Dplatform.test.batching=5s} is for rounds of that length.
 */
final class BatchingGainTest {

  private static final List<Integer> SIZES = List.of(1, 10, 100);
  private static final int ROUNDS = 3;
  private static final int AT_ONCE = 32;
  private static final int IN_FLIGHT = 100 * AT_ONCE;

  private final @Nullable String asked = System.getProperty("platform.test.batching");
  private final Duration round =
      asked == null ? Duration.ofMillis(200) : Duration.parse("PT" + asked);

  @TempDir Path directory;

  /** Items answered per second, by the size of the batches: the median of the rounds. */
  private Map<Integer, Double> measure(PriceList prices) throws InterruptedException {
    Map<Integer, double[]> rounds = new TreeMap<>();
    for (int i = -1; i < ROUNDS; i++) {
      for (int size : SIZES) {
        double rate = perSecond(prices, size);
        if (i >= 0) {
          rounds.computeIfAbsent(size, any -> new double[ROUNDS])[i] = rate;
        }
      }
    }
    Map<Integer, Double> medians = new TreeMap<>();
    rounds.forEach(
        (size, rates) -> {
          Arrays.sort(rates);
          medians.put(size, rates[ROUNDS / 2]);
        });
    return medians;
  }

  private double perSecond(PriceList prices, int size) throws InterruptedException {
    BatchLimits limits = new BatchLimits(size, Duration.ofMillis(5), AT_ONCE, IN_FLIGHT);
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    LongAdder answered = new LongAdder();
    LongAdder failed = new LongAdder();
    long began = System.nanoTime();
    long took;
    try (Batcher<String, Long> batcher = prices.batcher(limits)) {
      while (System.nanoTime() - began < round.toNanos()) {
        assertThat(inFlight.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        var unused =
            batcher
                .submit("article")
                .whenComplete(
                    (price, failure) -> {
                      (failure == null ? answered : failed).increment();
                      inFlight.release();
                    });
      }
      took = System.nanoTime() - began;
    }
    double rate = answered.sum() * 1e9 / took;
    assertThat(inFlight.tryAcquire(IN_FLIGHT, 30, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.sum()).isZero();
    return rate;
  }

  private static Map<Integer, Double> print(String what, Map<Integer, Double> rates) {
    double one = rates.getOrDefault(1, 1.0);
    rates.forEach(
        (size, rate) ->
            System.out.printf(
                Locale.ROOT,
                "batches of %d, %s: %.0f items/s, %.1f times as many as with 1%n",
                size,
                what,
                rate,
                rate / one));
    return rates;
  }

  @Test
  void batchesGainWhereTheCallIsTheCost() throws Exception {
    try (PriceList prices = new PriceList(() -> {})) {
      Map<Integer, Double> rates = print("a handler that does nothing", measure(prices));

      assertThat(rates.get(10)).isGreaterThan(2 * rates.get(1));
      assertThat(rates.get(100)).isGreaterThan(1.2 * rates.get(10));
    }
  }

  @Test
  void batchesGainMoreWhereEachCallCommits() throws Exception {
    try (Store store = new Store(directory);
        PriceList prices = new PriceList(store)) {
      Map<Integer, Double> rates = print("a handler that commits to a database", measure(prices));

      assertThat(rates.get(10)).isGreaterThan(3 * rates.get(1));
      assertThat(rates.get(100)).isGreaterThan(1.5 * rates.get(10));
    }
  }

  /** One transaction per call, of a database on the disk that loses nothing it has confirmed. */
  private static final class Store implements PriceList.Work, AutoCloseable {
    private final Connection connection;
    private final PreparedStatement insert;

    Store(Path directory) throws SQLException {
      connection =
          DriverManager.getConnection(
              "jdbc:h2:file:" + directory.resolve("calls") + ";WRITE_DELAY=0");
      connection.setAutoCommit(false);
      try (PreparedStatement create =
          connection.prepareStatement(
              "create table call (id bigint generated always as identity)")) {
        create.execute();
      }
      insert = connection.prepareStatement("insert into call default values");
    }

    @Override
    public synchronized void run() throws SQLException {
      insert.execute();
      connection.commit();
    }

    @Override
    public void close() throws SQLException {
      insert.close();
      connection.close();
    }
  }
}
