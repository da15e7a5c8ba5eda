package io.grpcplatform.samples.order.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * A table that a test has locked against writers: whoever comes to write there waits in the middle
 * of its transaction, which is where it can then be killed. Let go when closed.
 */
final class HeldTable implements AutoCloseable {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private final Connection holder;

  HeldTable(Connection holder, String table) throws SQLException {
    this.holder = holder;
    holder.setAutoCommit(false);
    TwoDatabases.run(holder, "LOCK TABLE " + table + " IN SHARE ROW EXCLUSIVE MODE");
  }

  /** PostgreSQL tells nobody who waits for whom, so it is asked until somebody does. */
  void awaitWriter() throws SQLException {
    String waiting =
        """
        SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'""";
    long deadline = System.nanoTime() + PATIENCE;
    long writers = 0;
    try (PreparedStatement query = holder.prepareStatement(waiting)) {
      while (writers == 0) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("nobody has come to write (expected: a saga that moves)");
        }
        try (ResultSet row = query.executeQuery()) {
          writers = row.next() ? row.getLong(1) : 0;
        }
      }
    }
  }

  @Override
  public void close() throws SQLException {
    holder.rollback();
    holder.close();
  }
}
