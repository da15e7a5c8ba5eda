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
                + " WHERE state IN ('WAITING', 'CARRIED', 'DEAD') GROUP BY state",
            row -> {
              counts.put(
                  CallState.valueOf(row.getString(1)), new Count(row.getLong(2), row.getLong(3)));
            });
    return counts;
  }

  /** Removes calls that ended before those times; how many, at most so many. */
  int remove(long over, long dead, int atMost) {
    return rows.jdbc()
        .update(
            "DELETE FROM "
                + CallRows.TABLE
                + " WHERE id IN (SELECT id FROM "
                + CallRows.TABLE
                + " WHERE (state IN ('DONE', 'CANCELLED') AND ended_at < ?)"
                + " OR (state = 'DEAD' AND ended_at < ?) LIMIT ?)",
            over,
            dead,
            atMost);
  }
}
