package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a stored call. Each is one statement that says what it expects of the row, so that
 * of two who want it only one has it.
 *
 * <pre>
 *   submit ─► WAITING ──claim──► WAITING, attempts + 1, due after the lease
 *                ▲                 │ lock (SKIP LOCKED), run, in one transaction
 *                │                 ├─ answered ───────────────► DONE
 *                ├── pause ────────┤ failed: rolled back, then
 *                │                 ├─ final, or too often ────► DEAD ──revive──► WAITING
 *                │                 └─ was to be cancelled ────► CANCELLED
 *   submit ─► CARRIED ──sent──► CARRIED, due after the resend time ──result──► DONE, DEAD
 * </pre>
 *
 * A process that dies between claim and lock leaves a row that is due after the lease, one second;
 * one that dies while it runs the call leaves the same row, and the database gives its lock free.
 * The number of attempts is also the fence: whoever claimed an older one finds nothing to lock.
 */
final class CallTable {

  private static final String THIS_ATTEMPT = " WHERE id = ? AND state = 'WAITING' AND attempts = ?";

  private static final int CHUNK = 200;

  private final CallRows rows;

  CallTable(CallRows rows) {
    this.rows = rows;
  }

  /** A row that a worker may begin, if it is the first to lock it. */
  record Claim(String id, int attempts) {}

  boolean usable() {
    return rows.usable();
  }

  boolean insert(StoredCall call) {
    return rows.insert(call);
  }

  /** What to tell somebody whose call could not be stored. */
  RuntimeException explained(RuntimeException failed) {
    return rows.explained(failed);
  }

  @Nullable StoredCall find(String id) {
    return rows.row("id = ? AND NOT hidden", id);
  }

  /** Those of the ids that have ended. */
  List<StoredCall> over(List<String> ids) {
    List<StoredCall> found = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += CHUNK) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + CHUNK));
      String marks = String.join(", ", Collections.nCopies(some.size(), "?"));
      found.addAll(
          rows.rows(
              "state IN ('DONE', 'DEAD', 'CANCELLED') AND id IN (" + marks + ")", some.toArray()));
    }
    return found;
  }

  @Nullable StoredCall known(String method, String ownKey) {
    return rows.row("method = ? AND own_key = ?", method, ownKey);
  }

  /**
   * Takes calls that are due, the longest due first; to be committed before any is begun.
   *
   * @param held claimed by this process before and not begun or noted yet; another claim would
   *     count an attempt that nobody makes
   */
  List<Claim> claim(long now, long lease, int atMost, Set<String> held) {
    List<Claim> due =
        rows.jdbc()
            .query(
                "SELECT id, attempts FROM "
                    + CallRows.TABLE
                    + " WHERE state = 'WAITING' AND due_at <= ? ORDER BY due_at LIMIT ?"
                    + " FOR UPDATE SKIP LOCKED",
                (row, number) -> new Claim(row.getString(1), row.getInt(2) + 1),
                now,
                atMost + held.size());
    List<Claim> found =
        due.stream().filter(each -> !held.contains(each.id())).limit(atMost).toList();
    rows.setEach(
        "attempts = ?, due_at = ? WHERE id = ?",
        found.stream()
            .map(each -> new Object[] {each.attempts(), now + lease, each.id()})
            .toList());
    return found;
  }

  /** Takes back a claim whose call could not be begun. */
  void release(Claim claim) {
    rows.set("attempts = attempts - 1" + THIS_ATTEMPT, claim.id(), claim.attempts());
  }

  /** Locks a claimed row for the rest of the transaction; null where another has it. */
  @Nullable StoredCall lock(Claim claim) {
    return rows.row(
        "id = ? AND state = 'WAITING' AND attempts = ? FOR UPDATE SKIP LOCKED",
        claim.id(),
        claim.attempts());
  }

  /** Locks a row that nobody works on; null where somebody does, or there is none. */
  @Nullable StoredCall lock(String id) {
    return rows.row("id = ? FOR UPDATE SKIP LOCKED", id);
  }

  void done(StoredCall call, ByteString response, String type, long now, @Nullable Long tellAt) {
    rows.set(
        "state = 'DONE', response = ?, response_type = ?, error = NULL, ended_at = ?,"
            + " tell_at = ?, tell_attempts = 0"
            + THIS_ATTEMPT,
        response.toByteArray(),
        type,
        now,
        tellAt,
        call.id(),
        call.attempts());
  }

  /** Ends a call without a response; false where another has taken it meanwhile. */
  boolean end(StoredCall call, CallState state, ByteString error, long now, @Nullable Long tellAt) {
    return rows.set(
            "state = ?, error = ?, ended_at = ?, tell_at = ?, tell_attempts = 0"
                + " WHERE id = ? AND state = ? AND attempts = ?",
            state.name(),
            error.toByteArray(),
            now,
            tellAt,
            call.id(),
            call.state().name(),
            call.attempts())
        == 1;
  }

  /** Lets a call wait for its next attempt; false where another has taken it meanwhile. */
  boolean again(StoredCall call, int counted, ByteString error, long dueAt) {
    return rows.set(
            "attempts = ?, error = ?, due_at = ?" + THIS_ATTEMPT,
            counted,
            error.toByteArray(),
            dueAt,
            call.id(),
            call.attempts())
        == 1;
  }

  /** Has a dead letter begin its next round. */
  boolean revive(String id, CallState state, int round, long now) {
    return rows.set(
            "state = ?, round = ?, attempts = 0, due_at = ?, ended_at = NULL, tell_at = NULL,"
                + " response = NULL WHERE id = ? AND state = 'DEAD'",
            state.name(),
            round,
            now,
            id)
        == 1;
  }

  /** A call of these methods whose end is to be told to listeners now, locked. */
  @Nullable StoredCall nextToTell(long now, Set<String> methods) {
    List<Object> values = new ArrayList<>(methods);
    values.add(0, now);
    return rows.row(
        "tell_at <= ? AND reply_to IS NULL AND method IN ("
            + String.join(", ", Collections.nCopies(methods.size(), "?"))
            + ") ORDER BY tell_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        values.toArray());
  }

  void told(StoredCall call) {
    rows.set("tell_at = NULL WHERE id = ?", call.id());
  }

  void tellLater(StoredCall call, long at) {
    rows.set(
        "tell_attempts = tell_attempts + 1, tell_at = ?"
            + " WHERE id = ? AND round = ? AND tell_attempts = ? AND tell_at IS NOT NULL",
        at,
        call.id(),
        call.round(),
        call.tellAttempts());
  }
}
