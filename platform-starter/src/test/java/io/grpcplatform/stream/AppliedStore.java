package io.grpcplatform.stream;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Statement;
import java.util.function.LongConsumer;

/**
 * What handlers have done, in a database that outlives them: a row for each effect, in the order of
 * the effects. Nothing but the key that is stored with it keeps an effect from coming twice.
 */
final class AppliedStore implements AutoCloseable {

  private final Connection connection;
  private final PreparedStatement key;
  private final PreparedStatement effect;

  AppliedStore(String url) throws SQLException {
    connection = DriverManager.getConnection(url, "sa", "");
    try (Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists seen (id varchar(84) primary key)");
      statement.execute(
          "create table if not exists effects"
              + " (id bigint auto_increment primary key, message bigint not null)");
      statement.execute("create table if not exists repeats (message bigint not null)");
    }
    connection.setAutoCommit(false);
    key = connection.prepareStatement("insert into seen (id) values (?)");
    effect = connection.prepareStatement("insert into effects (message) values (?)");
  }

  /** Applies a message, unless that key was there before: in one transaction. */
  synchronized void apply(String sessionKey, long message) throws SQLException {
    try {
      key.setString(1, sessionKey);
      key.executeUpdate();
      effect.setLong(1, message);
      effect.executeUpdate();
      connection.commit();
    } catch (SQLIntegrityConstraintViolationException seen) {
      connection.rollback();
      execute("insert into repeats (message) values (" + message + ")");
    } catch (SQLException failed) {
      connection.rollback();
      throw failed;
    }
  }

  /** For whoever plants a fault. */
  synchronized void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      connection.commit();
    }
  }

  /** Tells all effects, in their order. */
  synchronized void effects(LongConsumer message) throws SQLException {
    query("select message from effects order by id", message);
  }

  /** How many messages came to a handler again after their effect. */
  synchronized long repeats() throws SQLException {
    long[] count = new long[1];
    query("select count(*) from repeats", found -> count[0] = found);
    return count[0];
  }

  private void query(String sql, LongConsumer found) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.accept(rows.getLong(1));
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
