package io.grpcplatform.samples.order.outbox;

import io.grpcplatform.samples.order.Money;
import io.grpcplatform.samples.order.Outbox;
import io.grpcplatform.samples.order.PaymentCommand;
import io.grpcplatform.samples.order.SagaCommand;
import io.grpcplatform.samples.order.jdbc.UnwrittenRows;
import io.grpcplatform.telemetry.MessageTraces;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The outbox as a table. Readers take the oldest rows, never "rows after the last one seen":
 * commits overtake each other. A command is kept with the trace it was given in, and sent in it
 * whenever that is.
 */
@Component
final class JdbcOutbox implements Outbox {
  private static final int MAX_REASON = 400;

  private final JdbcClient jdbc;
  private final MessageTraces traces;
  private final UnwrittenRows<Waiting> added;

  /** A command and the trace it was given in. */
  private record Waiting(PaymentCommand command, String trace) {}

  JdbcOutbox(JdbcClient jdbc, DataSource database, MessageTraces traces) {
    this.jdbc = jdbc;
    this.traces = traces;
    this.added =
        new UnwrittenRows<>(
            new JdbcTemplate(database),
            2, // after the orders they refer to
            """
            INSERT INTO outbox (command_id, order_id, command, amount_minor, currency, card_token, traceparent)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            JdbcOutbox::values);
  }

  private static @Nullable Object[] values(Waiting row) {
    PaymentCommand command = row.command();
    return new Object[] {
      command.id(),
      command.orderId(),
      command.command().name(),
      command.amount().minorUnits(),
      command.amount().currency(),
      command.cardToken(),
      row.trace()
    };
  }

  @Override
  public void add(PaymentCommand command) {
    added.put(command.id(), new Waiting(command, traces.current()));
  }

  @Override
  public List<PaymentCommand> oldest(int limit) {
    return jdbc.sql(
            """
            SELECT * FROM outbox WHERE parked_because IS NULL ORDER BY seq FETCH FIRST ? ROWS ONLY""")
        .param(limit)
        .query(
            (row, i) ->
                new PaymentCommand(
                    row.getString("order_id"),
                    SagaCommand.valueOf(row.getString("command")),
                    new Money(row.getLong("amount_minor"), row.getString("currency")),
                    row.getString("card_token"),
                    row.getString("traceparent")))
        .list();
  }

  @Override
  public boolean remove(String commandId) {
    return jdbc.sql("DELETE FROM outbox WHERE command_id = ?").param(commandId).update() == 1;
  }

  @Override
  public void park(String commandId, String reason) {
    String cut = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    jdbc.sql("UPDATE outbox SET parked_because = ? WHERE command_id = ?")
        .param(cut)
        .param(commandId)
        .update();
  }

  @Override
  public long waiting() {
    return jdbc.sql("SELECT COUNT(*) FROM outbox WHERE parked_because IS NULL")
        .query(Long.class)
        .single();
  }

  @Override
  public long parked() {
    return jdbc.sql("SELECT COUNT(*) FROM outbox WHERE parked_because IS NOT NULL")
        .query(Long.class)
        .single();
  }
}
