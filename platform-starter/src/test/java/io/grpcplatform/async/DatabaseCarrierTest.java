package io.grpcplatform.async;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the database alone, which is stopped in the middle of things and started again. */
final class DatabaseCarrierTest {

  @TempDir static Path folder;

  /** A server of its own, for the one that other tests share must stay. */
  private static final class Restarted implements DurableSuite.Carrying, AutoCloseable {
    private final int port = RealBroker.freePort();
    private EmbeddedPostgres server = open();

    Restarted() throws IOException {}

    private EmbeddedPostgres open() throws IOException {
      return EmbeddedPostgres.builder()
          .setPort(port)
          .setDataDirectory(folder.resolve("data"))
          .setCleanDataDirectory(false)
          .start();
    }

    String url() {
      return server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void kill() throws IOException {
      server.close();
    }

    @Override
    public void start() throws IOException {
      server = open();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  /** {@code -Dplatform.test.durable=10000} asks for the long form. */
  @Test
  @Timeout(1800)
  void carriesOutEveryDurableCallOnceWhateverIsKilled() throws Exception {
    try (Restarted database = new Restarted()) {
      Map<String, Object> serving =
          Map.of("spring.application.name", "ledger", "spring.datasource.url", database.url());
      Map<String, Object> submitting = new HashMap<>(serving);
      submitting.put("platform.async.workers", 0);

      new DurableSuite("database", database, submitting, serving)
          .run(DurableApplication.Serving.class);
    }
  }
}
