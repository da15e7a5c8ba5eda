package io.grpcplatform.async;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Many stored calls at once: lists of them, how many there are, and what is too old to keep. */
final class CallLists {

  private final CallRows rows;

  CallLists(CallRows rows) {
    this.rows = rows;
  }

  /**
   * How many calls of a state there are.
   *
   * @param oldest when the first of them was due, milliseconds since 1970
   */
  record Count(long calls, long oldest) {}

  /** Dead letters, the latest first. */
  List<StoredCall> dead(int atMost) {
    return rows.rows("state = 'DEAD' AND NOT hidden ORDER BY ended_at DESC, id LIMIT ?", atMost);
  }

  /** Calls in the order of their ids, from after one on. */
  List<StoredCall> page(String after, @Nullable Boolean over, int atMost) {
    String which =
        over == null
            ? ""
            : over
                ? " AND state IN ('DONE', 'DEAD', 'CANCELLED')"
                : " AND state IN ('WAITING', 'CARRIED')";
    return rows.rows("id > ? AND NOT hidden" + which + " ORDER BY id LIMIT ?", after, atMost);
  }

  /** Shows a call to nobody any more; its key is remembered. */
  boolean hide(String id) {
    return rows.set("hidden = TRUE WHERE id = ? AND NOT hidden", id) == 1;
  }

  /** What is not over, and the dead letters. */
  Map<CallState, Count> counts() {
    Map<CallState, Count> counts = new EnumMap<>(CallState.class);
    rows.jdbc()
        .query(
            "SELECT state, COUNT(*), MIN(due_at) FROM "
                + CallRows.TABLE
                + " WHERE state IN ('WAITING', 'CARRIED') OR (state = 'DEAD' AND NOT hidden)"
                + " GROUP BY state",
            row -> {
              counts.put(
                  CallState.valueOf(row.getString(1)), new Count(row.getLong(2), row.getLong(3)));
            });
    return counts;
  }

  /**
   * A call that ended long ago.
   *
   * @param told whether everybody has heard of its end who should
   */
  record Old(String id, String method, boolean told) {}

  /** Calls that ended before those times; locked, or one that is revived now would be lost. */
  List<Old> old(long over, long dead, int atMost) {
    return rows.jdbc()
        .query(
            "SELECT id, method, tell_at FROM "
                + CallRows.TABLE
                + " WHERE (state IN ('DONE', 'CANCELLED') AND ended_at < ?)"
                + " OR (state = 'DEAD' AND ended_at < ?) LIMIT ? FOR UPDATE SKIP LOCKED",
            (row, number) -> new Old(row.getString(1), row.getString(2), row.getObject(3) == null),
            over,
            dead,
            atMost);
  }

  void remove(List<Old> calls) {
    rows.jdbc()
        .batchUpdate(
            "DELETE FROM " + CallRows.TABLE + " WHERE id = ?",
            calls.stream().map(each -> new Object[] {each.id()}).toList());
  }
}
