package io.grpcplatform.samples.order.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditTest {
  private TwoDatabases databases;

  @BeforeEach
  void open() throws SQLException {
    databases = newDatabases();
  }

  /** Others for the same facts on another database. */
  TwoDatabases newDatabases() throws SQLException {
    String memory = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    return TwoDatabases.migrated(memory, memory.replace("mem:", "mem:p-"), "sa");
  }

  @AfterEach
  void close() throws SQLException {
    databases.close();
  }

  @Test
  void findsNothingWhereAllIsWell() throws SQLException {
    databases.order("a", "CONFIRMED", 500);
    databases.paid("a", 500);
    databases.order("b", "CANCELLED", 700);
    databases.refunded("b", 700);
    databases.order("c", "CANCELLED", 900);
    databases.order("nobody-was-told-yet", "AUTHORIZING", 900);

    Audit.Report report = audit("a", "b", "c");

    assertThat(report.findings()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(report.line()).isEqualTo("demo: 3 placed, 1 confirmed, 2 compensated, 0 lost");
    assertThat(report.confirmedMinor()).isEqualTo(500).isEqualTo(report.capturedMinor());
  }

  @Test
  void countsMissingAndUnfinishedOrdersAsLost() throws SQLException {
    databases.order("a", "AUTHORIZING", 500);

    Audit.Report report = audit("a", "never-stored");

    assertThat(report.findings())
        .containsExactly(
            "order a is unfinished: AUTHORIZING",
            "order never-stored was acknowledged and is not in the database");
    assertThat(report.lost()).isEqualTo(2);
    assertThat(report.isClean()).isFalse();
    assertThat(report.line()).isEqualTo("demo: 2 placed, 0 confirmed, 0 compensated, 2 lost");
  }

  @Test
  void countsConfirmedOrdersWithoutTheirMoneyAsLost() throws SQLException {
    databases.order("unpaid", "CONFIRMED", 500);
    databases.order("underpaid", "CONFIRMED", 500);
    databases.paid("underpaid", 499);
    databases.order("given-back", "CONFIRMED", 500);
    databases.refunded("given-back", 500);
    databases.order("never-charged", "CONFIRMED", 500);
    databases.payment("never-charged", "CAPTURED", 500);

    Audit.Report report = audit("unpaid", "underpaid", "given-back", "never-charged");

    assertThat(report.lost()).isEqualTo(4);
  }

  @Test
  void countsCancelledOrdersWhoseMoneyIsKeptAsLost() throws SQLException {
    databases.order("held", "CANCELLED", 500);
    databases.payment("held", "AUTHORIZED", 500);
    databases.order("taken", "CANCELLED", 500);
    databases.paid("taken", 500);
    databases.order("said-to-be-refunded", "CANCELLED", 500);
    databases.payment("said-to-be-refunded", "REFUNDED", 500);

    Audit.Report report = audit("held", "taken", "said-to-be-refunded");

    assertThat(report.lost()).isEqualTo(3);
    assertThat(report.isClean()).isFalse();
  }

  @Test
  void countsOrdersChargedTwiceAsLost() throws SQLException {
    databases.order("bought", "CONFIRMED", 500);
    databases.paid("bought", 500);
    databases.answered("bought", "CAPTURE-2", "CAPTURED", 500);
    databases.order("refunded-once", "CANCELLED", 700);
    databases.refunded("refunded-once", 700);
    databases.answered("refunded-once", "CAPTURE-2", "CAPTURED", 700);

    Audit.Report report = audit("bought", "refunded-once");

    assertThat(report.findings())
        .containsExactly(
            "order bought is confirmed for 500, charged 2 times, 1000 in all; refunded 0 times, 0 in all",
            "order refunded-once is cancelled, charged 2 times, 1400 in all; refunded 1 times, 700 in all");
    assertThat(report.capturedMinor()).isEqualTo(1_700);
  }

  @Test
  void countsOrdersRefundedTooOftenOrTooLittleAsLost() throws SQLException {
    databases.order("twice", "CANCELLED", 500);
    databases.refunded("twice", 500);
    databases.answered("twice", "REFUND-2", "REFUNDED", 500);
    databases.order("too-little", "CANCELLED", 700);
    databases.payment("too-little", "REFUNDED", 700);
    databases.answered("too-little", "CAPTURE", "CAPTURED", 700);
    databases.answered("too-little", "REFUND", "REFUNDED", 699);

    assertThat(audit("twice", "too-little").lost()).isEqualTo(2);
  }

  @Test
  void countsEndedOrdersWithWaitingCommandAsLost() throws SQLException {
    databases.order("a", "CONFIRMED", 500);
    databases.paid("a", 500);
    TwoDatabases.run(
        databases.orders(),
        """
        INSERT INTO outbox (command_id, order_id, command, amount_minor, currency, card_token)
        VALUES ('a:VOID', 'a', 'VOID', 500, 'EUR', 't')""");

    assertThat(audit("a").findings())
        .containsExactly("order a is CONFIRMED and still has a command in the outbox");
  }

  @Test
  void seesMoneyTakenForOrdersNobodyKnows() throws SQLException {
    databases.order("a", "CONFIRMED", 500);
    databases.paid("a", 500);
    databases.paid("stray", 1);
    databases.order("never-told", "CONFIRMED", 300);

    Audit.Report report = audit("a");

    assertThat(report.lost()).isZero();
    assertThat(report.findings()).hasSize(2);
    assertThat(report.isClean()).isFalse();
  }

  @Test
  void seesGoodsThatAreSetAsideForNobody() throws SQLException {
    databases.order("a", "CANCELLED", 500);
    TwoDatabases.run(databases.orders(), "UPDATE product SET reserved = 2 WHERE sku = 'mug-blue'");

    assertThat(audit("a").findings()).containsExactly("product mug-blue: 2 set aside for no order");
  }

  private Audit.Report audit(String... acknowledged) throws SQLException {
    return databases.audit(List.of(acknowledged));
  }
}
