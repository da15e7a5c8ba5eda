package io.grpcplatform.samples.payment.storage;

import io.grpcplatform.samples.payment.Answer;
import io.grpcplatform.samples.payment.Money;
import io.grpcplatform.samples.payment.Payment;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentLedger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger in a relational database, in SQL that H2 and PostgreSQL share. Blocks its caller. */
@Component
final class JdbcPaymentLedger implements PaymentLedger {
  private static final int ATTEMPTS = 5;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  JdbcPaymentLedger(JdbcClient jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
  }

  @Override
  public Optional<Payment> payment(String id) {
    return jdbc.sql("SELECT * FROM payment WHERE payment_id = ?")
        .param(id)
        .query((row, i) -> readPayment(row))
        .optional();
  }

  @Override
  public Optional<Settled> settled(String commandId) {
    return jdbc.sql("SELECT * FROM settled_command WHERE command_id = ?")
        .param(commandId)
        .query((row, i) -> readSettled(row))
        .optional();
  }

  @Override
  public Settled settle(PaymentCommand command, Function<Optional<Payment>, Answered> decide) {
    DataAccessException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return Objects.requireNonNull(transaction.execute(status -> settleOnce(command, decide)));
      } catch (DuplicateKeyException | ConcurrencyFailureException raced) {
        // Somebody else stored this command or this payment first: what they stored is what counts.
        last = raced;
      }
    }
    throw Objects.requireNonNull(last);
  }

  private Settled settleOnce(PaymentCommand command, Function<Optional<Payment>, Answered> decide) {
    Optional<Payment> before =
        jdbc.sql("SELECT * FROM payment WHERE payment_id = ? FOR UPDATE")
            .param(command.paymentId())
            .query((row, i) -> readPayment(row))
            .optional();
    // Asked under the lock: a twin of this command has either committed or not begun.
    Optional<Settled> twin = settled(command.id());
    if (twin.isPresent()) {
      return twin.get();
    }
    Answered answered = decide.apply(before);
    insertCommand(command, answered.answer());
    Payment after = answered.decision().payment();
    if (after != null && !after.equals(before.orElse(null))) {
      store(after, before.isPresent());
    }
    return new Settled(command.content(), answered.answer());
  }

  private void insertCommand(PaymentCommand command, Answer answer) {
    StoredEvent event = StoredEvent.of(answer.event());
    Money amount = event.amount();
    jdbc.sql(
            """
            INSERT INTO settled_command
              (command_id, payment_id, content, event, reason, detail, amount_minor, currency, decided_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""")
        .param(command.id())
        .param(command.paymentId())
        .param(command.content())
        .param(event.event())
        .param(event.reason())
        .param(event.detail())
        .param(amount == null ? null : amount.minorUnits())
        .param(amount == null ? null : amount.currency())
        .param(utc(answer.decidedAt()))
        .update();
  }

  private void store(Payment payment, boolean exists) {
    String sql =
        exists
            ? """
              UPDATE payment SET state = ?, amount_minor = ?, currency = ?, card_token = ?, updated_at = ?
              WHERE payment_id = ?"""
            : """
              INSERT INTO payment (state, amount_minor, currency, card_token, updated_at, payment_id)
              VALUES (?, ?, ?, ?, ?, ?)""";
    jdbc.sql(sql)
        .param(payment.state().name())
        .param(payment.amount().minorUnits())
        .param(payment.amount().currency())
        .param(payment.cardToken())
        .param(utc(payment.updatedAt()))
        .param(payment.id())
        .update();
  }

  private static Payment readPayment(ResultSet row) throws SQLException {
    return new Payment(
        row.getString("payment_id"),
        Payment.State.valueOf(row.getString("state")),
        new Money(row.getLong("amount_minor"), row.getString("currency")),
        row.getString("card_token"),
        instant(row, "updated_at"));
  }

  private static Settled readSettled(ResultSet row) throws SQLException {
    Answer answer =
        new Answer(
            row.getString("command_id"),
            row.getString("payment_id"),
            StoredEvent.read(row).toEvent(),
            instant(row, "decided_at"));
    return new Settled(row.getString("content"), answer);
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return Objects.requireNonNull(value, column).toInstant();
  }
}
