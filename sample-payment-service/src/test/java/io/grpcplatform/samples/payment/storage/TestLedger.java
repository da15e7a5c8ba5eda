package io.grpcplatform.samples.payment.storage;

import com.zaxxer.hikari.HikariDataSource;
import io.grpcplatform.samples.payment.Payment;
import io.grpcplatform.samples.payment.PaymentLedger;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** A ledger on a fresh database, migrated like the real one. */
public final class TestLedger implements AutoCloseable {
  private final HikariDataSource database = new HikariDataSource();
  private final JdbcClient jdbc;
  private final PaymentLedger ledger;

  /** In memory. */
  public TestLedger() {
    this("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000");
  }

  TestLedger(String jdbcUrl) {
    database.setJdbcUrl(jdbcUrl);
    database.setMaximumPoolSize(16);
    Flyway.configure().dataSource(database).load().migrate();
    jdbc = JdbcClient.create(database);
    ledger = new JdbcPaymentLedger(jdbc, new JdbcTransactionManager(database));
  }

  public PaymentLedger ledger() {
    return ledger;
  }

  public long commandsStored() {
    return jdbc.sql("SELECT COUNT(*) FROM settled_command").query(Long.class).single();
  }

  /** The money that is ours now. */
  public long captured() {
    return jdbc.sql("SELECT COALESCE(SUM(amount_minor), 0) FROM payment WHERE state = ?")
        .param(Payment.State.CAPTURED.name())
        .query(Long.class)
        .single();
  }

  @Override
  public void close() {
    database.close();
  }
}
