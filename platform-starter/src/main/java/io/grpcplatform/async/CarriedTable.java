package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps of calls that a carrier takes, on both sides. What comes twice changes nothing: a call
 * is known by its id, a result by its round.
 */
final class CarriedTable {

  private final CallRows rows;

  CarriedTable(CallRows rows) {
    this.rows = rows;
  }

  /** Calls that are to be handed to the carrier, for the first time or once more; locked. */
  List<StoredCall> toSend(long now, int atMost) {
    return rows.rows(
        "state = 'CARRIED' AND due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED",
        now,
        atMost);
  }

  /** The carrier has it; due again at that time. */
  void sent(StoredCall call, long dueAt) {
    rows.set("attempts = attempts + 1, due_at = ? WHERE id = ?", dueAt, call.id());
  }

  /** The carrier may not have it. */
  void sendLater(StoredCall call, long dueAt) {
    rows.set(
        "due_at = ? WHERE id = ? AND state = 'CARRIED' AND attempts = ?",
        dueAt,
        call.id(),
        call.attempts());
  }

  /** Calls that a carrier brought and whose result is to be sent; locked. */
  List<StoredCall> toReply(long now, int atMost) {
    return rows.rows(
        "tell_at <= ? AND reply_to IS NOT NULL ORDER BY tell_at LIMIT ? FOR UPDATE SKIP LOCKED",
        now,
        atMost);
  }

  void replied(StoredCall call) {
    rows.set("tell_at = NULL WHERE id = ?", call.id());
  }

  void replyLater(StoredCall call, long at) {
    rows.set(
        "tell_attempts = tell_attempts + 1, tell_at = ? WHERE id = ? AND tell_at IS NOT NULL",
        at,
        call.id());
  }

  /**
   * Writes down a call that was brought. One that is known and dead is begun again where its round
   * is a later one; of one that has ended the result is sent once more.
   */
  void receive(StoredCall call) {
    if (rows.insert(call)) {
      return;
    }
    int revived =
        rows.set(
            "state = 'WAITING', attempts = 0, round = ?, due_at = ?, ended_at = NULL,"
                + " tell_at = NULL WHERE id = ? AND state = 'DEAD' AND round < ?",
            call.round(),
            call.dueAt(),
            call.id(),
            call.round());
    if (revived == 0) {
      rows.set(
          "tell_at = ?, tell_attempts = 0 WHERE id = ? AND reply_to IS NOT NULL"
              + " AND state IN ('DONE', 'DEAD', 'CANCELLED')",
          call.submittedAt(),
          call.id());
    }
  }

  /** A submitted call. */
  @Nullable StoredCall submitted(String id) {
    return rows.row("id = ?", id);
  }

  /**
   * What came back of a call.
   *
   * @param state DONE or DEAD
   * @param response null where it failed
   * @param error null where it did not
   */
  record Result(
      CallState state,
      int round,
      int attempts,
      @Nullable ByteString response,
      String responseType,
      @Nullable ByteString error) {}

  /** Notes a result; false where it says nothing new. */
  boolean ended(StoredCall call, Result result, long now, @Nullable Long tellAt) {
    return rows.set(
            "state = ?, round = ?, attempts = ?, response = ?, response_type = ?, error = ?,"
                + " ended_at = ?, tell_at = ?, tell_attempts = 0 WHERE id = ?"
                + " AND ((state = 'CARRIED' AND round <= ?) OR (state = 'DEAD' AND round < ?))",
            result.state().name(),
            result.round(),
            result.attempts(),
            CallRows.bytes(result.response()),
            result.responseType(),
            CallRows.bytes(result.error()),
            now,
            tellAt,
            call.id(),
            result.round(),
            result.round())
        == 1;
  }
}
