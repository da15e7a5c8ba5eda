package io.grpcplatform.samples.payment.storage;

import io.grpcplatform.samples.payment.Money;
import io.grpcplatform.samples.payment.PaymentEvent;
import io.grpcplatform.samples.payment.PaymentEvent.AuthorizationVoided;
import io.grpcplatform.samples.payment.PaymentEvent.Authorized;
import io.grpcplatform.samples.payment.PaymentEvent.Captured;
import io.grpcplatform.samples.payment.PaymentEvent.DeclineReason;
import io.grpcplatform.samples.payment.PaymentEvent.Declined;
import io.grpcplatform.samples.payment.PaymentEvent.Refunded;
import io.grpcplatform.samples.payment.PaymentEvent.RejectReason;
import io.grpcplatform.samples.payment.PaymentEvent.Rejected;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An event as columns. */
record StoredEvent(
    String event, @Nullable String reason, @Nullable String detail, @Nullable Money amount) {

  static StoredEvent of(PaymentEvent event) {
    if (event instanceof Authorized it) {
      return new StoredEvent("AUTHORIZED", null, null, it.amount());
    } else if (event instanceof Declined it) {
      return new StoredEvent("DECLINED", it.reason().name(), null, null);
    } else if (event instanceof Captured it) {
      return new StoredEvent("CAPTURED", null, null, it.amount());
    } else if (event instanceof AuthorizationVoided) {
      return new StoredEvent("VOIDED", null, null, null);
    } else if (event instanceof Refunded it) {
      return new StoredEvent("REFUNDED", null, null, it.amount());
    } else if (event instanceof Rejected it) {
      return new StoredEvent("REJECTED", it.reason().name(), it.detail(), null);
    }
    throw new IllegalStateException("event: " + event + " (expected: one of the sealed kinds)");
  }

  static StoredEvent read(ResultSet row) throws SQLException {
    String currency = row.getString("currency");
    Money amount = currency == null ? null : new Money(row.getLong("amount_minor"), currency);
    return new StoredEvent(
        row.getString("event"), row.getString("reason"), row.getString("detail"), amount);
  }

  PaymentEvent toEvent() {
    return switch (event) {
      case "AUTHORIZED" -> new Authorized(needed(amount));
      case "DECLINED" -> new Declined(DeclineReason.valueOf(needed(reason)));
      case "CAPTURED" -> new Captured(needed(amount));
      case "VOIDED" -> new AuthorizationVoided();
      case "REFUNDED" -> new Refunded(needed(amount));
      case "REJECTED" -> new Rejected(RejectReason.valueOf(needed(reason)), needed(detail));
      default -> throw new IllegalStateException("event: '" + event + "' (expected: a known kind)");
    };
  }

  private <T> T needed(@Nullable T value) {
    return Objects.requireNonNull(value, () -> "a column of " + event + " is empty");
  }
}
