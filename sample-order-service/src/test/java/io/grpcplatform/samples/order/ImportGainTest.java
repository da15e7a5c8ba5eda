package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an import gains by storing fifty orders in one transaction, on databases that lose nothing
 * they have confirmed: ratios of rounds that take turns in one run. {@code
 * -Dplatform.test.batching=5s} is for rounds of that length.
 */
class ImportGainTest {
  private static final int BATCH = 50;
  private static final int ROUNDS = 3;

  private final @Nullable String asked = System.getProperty("platform.test.batching");
  private final Duration round =
      asked == null ? Duration.ofMillis(300) : Duration.parse("PT" + asked);
  private int orders;

  private double perSecond(Shop shop, int batch) {
    long began = System.nanoTime();
    int placed = 0;
    while (System.nanoTime() - began < round.toNanos()) {
      List<NewOrder> some = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        some.add(Shop.order("import-" + orders++));
      }
      placed += shop.desk.placeAll(some).size();
    }
    return placed * 1e9 / (System.nanoTime() - began);
  }

  private double gain(String database, Shop shop) {
    shop.jdbc.sql("UPDATE product SET available = 1000000000 WHERE sku = 'mug-blue'").update();
    double[] single = new double[ROUNDS];
    double[] batched = new double[ROUNDS];
    for (int i = -1; i < ROUNDS; i++) {
      double one = perSecond(shop, 1);
      double fifty = perSecond(shop, BATCH);
      if (i >= 0) {
        single[i] = one;
        batched[i] = fifty;
      }
    }
    Arrays.sort(single);
    Arrays.sort(batched);
    double gain = batched[ROUNDS / 2] / single[ROUNDS / 2];
    System.out.printf(
        Locale.ROOT,
        "import into %s: %.0f orders/s one by one, %.0f in transactions of %d: %.1f times%n",
        database,
        single[ROUNDS / 2],
        batched[ROUNDS / 2],
        BATCH,
        gain);
    return gain;
  }

  @Test
  void fiftyOrdersInOneTransactionAreFasterOnH2(@TempDir Path directory) {
    try (Shop shop = new Shop("jdbc:h2:file:" + directory.resolve("shop") + ";WRITE_DELAY=0")) {
      assertThat(gain("H2", shop)).isGreaterThan(1.2);
    }
  }

  @Test
  void fiftyOrdersInOneTransactionAreFasterOnPostgres() throws IOException {
    try (EmbeddedPostgres postgres = start();
        Shop shop = new Shop(postgres.getJdbcUrl("postgres", "postgres"))) {
      assertThat(gain("PostgreSQL", shop)).isGreaterThan(1.2);
    }
  }

  private static EmbeddedPostgres start() throws IOException {
    try {
      return EmbeddedPostgres.builder().start();
    } catch (IOException | RuntimeException cannotRun) {
      if ("true".equals(System.getenv("CI"))) {
        throw cannotRun;
      }
      System.err.println("SKIPPED: no PostgreSQL can be started here: " + cannotRun);
      return Assumptions.abort("no PostgreSQL can be started here: " + cannotRun);
    }
  }
}
