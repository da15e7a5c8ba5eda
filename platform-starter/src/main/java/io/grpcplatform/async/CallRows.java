package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Rows of the table, in the transaction of the thread. PostgreSQL and H2 differ in one statement: a
 * duplicate key would end a transaction of PostgreSQL's, so there it is no error.
 */
final class CallRows {

  static final String TABLE = "platform_async_call";

  private static final String INSERT =
      "INSERT INTO "
          + TABLE
          + " (id, method, call_key, own_key, state, place, request, request_type, response_type,"
          + " response, error, trace, attempts, round, submitted_at, due_at, ended_at, reply_to,"
          + " tell_at, tell_attempts, hidden)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, FALSE)";

  private final JdbcTemplate jdbc;
  private volatile @Nullable Boolean postgres;

  CallRows(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Whether the table is there, and the database one that this can work with; in a transaction.
   *
   * @throws IllegalStateException if that is none of the database, so that nothing would be locked
   */
  boolean usable() {
    if (Boolean.TRUE.equals(
        jdbc.execute((ConnectionCallback<Boolean>) Connection::getAutoCommit))) {
      throw new IllegalStateException(
          "The application's transaction manager has no transactions of its DataSource (expected:"
              + " one bean that has, or @Primary on it)");
    }
    String product = product();
    return (product.equals("H2") || product.equals("PostgreSQL")) && hasTable();
  }

  private boolean hasTable() {
    return Boolean.TRUE.equals(
        jdbc.execute(
            (ConnectionCallback<Boolean>)
                connection -> {
                  DatabaseMetaData data = connection.getMetaData();
                  return found(data, TABLE) || found(data, TABLE.toUpperCase(Locale.ROOT));
                }));
  }

  private static boolean found(DatabaseMetaData data, String name) throws SQLException {
    try (ResultSet tables = data.getTables(null, null, name, null)) {
      return tables.next();
    }
  }

  private String product() {
    return String.valueOf(
        jdbc.execute(
            (ConnectionCallback<String>)
                connection -> connection.getMetaData().getDatabaseProductName()));
  }

  /** The failure, or what has to be done where it is for want of the table. */
  RuntimeException explained(RuntimeException failed) {
    return failed instanceof BadSqlGrammarException
        ? new IllegalStateException(
            "There is no table "
                + TABLE
                + " that durable calls could be stored in (expected: H2 or PostgreSQL with the table"
                + " of io/grpcplatform/async/schema-*.sql, or platform.async.initialize-schema:"
                + " always)",
            failed)
        : failed;
  }

  private boolean postgres() {
    Boolean known = postgres;
    if (known == null) {
      known = product().equals("PostgreSQL");
      postgres = known;
    }
    return known;
  }

  /** Stores a new row; false where there is one of that id, or of that method and own key. */
  boolean insert(StoredCall call) {
    Object[] values = {
      call.id(),
      call.method(),
      call.key(),
      call.ownKey(),
      call.state().name(),
      call.place().text(),
      call.request().toByteArray(),
      call.requestType(),
      call.responseType(),
      bytes(call.response()),
      bytes(call.error()),
      call.trace(),
      call.attempts(),
      call.round(),
      call.submittedAt(),
      call.dueAt(),
      call.endedAt(),
      call.replyTo(),
      call.tellAt(),
      call.tellAttempts()
    };
    if (postgres()) {
      return jdbc.update(INSERT + " ON CONFLICT DO NOTHING", values) == 1;
    }
    try {
      return jdbc.update(INSERT, values) == 1;
    } catch (DuplicateKeyException known) {
      return false;
    }
  }

  static byte @Nullable [] bytes(@Nullable ByteString value) {
    return value == null ? null : value.toByteArray();
  }

  /** Whole rows. */
  List<StoredCall> rows(String where, @Nullable Object... values) {
    return jdbc.query(
        "SELECT * FROM " + TABLE + " WHERE " + where, (row, number) -> read(row), values);
  }

  /** One row, or null. */
  @Nullable StoredCall row(String where, @Nullable Object... values) {
    List<StoredCall> found = rows(where, values);
    return found.isEmpty() ? null : found.get(0);
  }

  /** Changes rows; how many there were. */
  int set(String change, @Nullable Object... values) {
    return jdbc.update("UPDATE " + TABLE + " SET " + change, values);
  }

  /** Changes the rows of a list, one after the other. */
  void setEach(String change, List<Object[]> values) {
    jdbc.batchUpdate("UPDATE " + TABLE + " SET " + change, values);
  }

  JdbcTemplate jdbc() {
    return jdbc;
  }

  private static StoredCall read(ResultSet row) throws SQLException {
    return new StoredCall(
        row.getString("id"),
        row.getString("method"),
        row.getString("call_key"),
        row.getString("own_key"),
        CallState.valueOf(row.getString("state")),
        Place.of(row.getString("place")),
        ByteString.copyFrom(row.getBytes("request")),
        row.getString("request_type"),
        row.getString("response_type"),
        copied(row.getBytes("response")),
        copied(row.getBytes("error")),
        row.getString("trace"),
        row.getInt("attempts"),
        row.getInt("round"),
        row.getLong("submitted_at"),
        row.getLong("due_at"),
        row.getObject("ended_at", Long.class),
        row.getString("reply_to"),
        row.getObject("tell_at", Long.class),
        row.getInt("tell_attempts"));
  }

  private static @Nullable ByteString copied(byte @Nullable [] value) {
    return value == null ? null : ByteString.copyFrom(value);
  }
}
