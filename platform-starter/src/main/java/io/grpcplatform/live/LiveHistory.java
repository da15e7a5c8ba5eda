package io.grpcplatform.live;

import io.grpcplatform.live.LiveChange.Outcome;
import io.grpcplatform.live.LiveChange.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The last attempts to change settings, and how many there were.
 *
 * <p>Threading: safe.
 */
final class LiveHistory {

  /** How many attempts are remembered. */
  static final int KEPT = 50;

  private final Deque<LiveChange> latest = new ArrayDeque<>();
  private final Map<Outcome, Map<Source, Integer>> counts = new EnumMap<>(Outcome.class);
  private int version;

  synchronized void add(LiveChange change) {
    version = change.version();
    latest.addFirst(change);
    if (latest.size() > KEPT) {
      latest.removeLast();
    }
    counts
        .computeIfAbsent(change.outcome(), outcome -> new EnumMap<>(Source.class))
        .merge(change.source(), 1, Integer::sum);
  }

  /** How many changes hold since the start, those that took one back included. */
  synchronized int version() {
    return version;
  }

  /** The latest first. */
  synchronized List<LiveChange> latest() {
    return Collections.unmodifiableList(new ArrayList<>(latest));
  }

  synchronized int count(Outcome outcome, Source source) {
    return counts.getOrDefault(outcome, Map.of()).getOrDefault(source, 0);
  }
}
