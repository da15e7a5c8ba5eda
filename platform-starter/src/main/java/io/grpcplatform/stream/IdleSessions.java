package io.grpcplatform.stream;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Which sessions have neither stream nor work, since when, and which of them are to be forgotten:
 * the oldest, when their time is up, or when they are too many or too large together. Forgetting is
 * always allowed; what is handled again then has to have the effect of once. Not safe for threads.
 */
final class IdleSessions {

  private static final int MOST = 10_000;
  private static final long MOST_BYTES = 64L << 20;

  private final Supplier<SessionLimits> limits;
  private final Map<String, Idle> sessions = new LinkedHashMap<>();
  private long bytes;
  private boolean timer;

  private record Idle(long since, long bytes) {}

  IdleSessions(Supplier<SessionLimits> limits) {
    this.limits = limits;
  }

  /** One more; nothing happens to one that is here. */
  void add(String id, long size, long now) {
    if (sessions.putIfAbsent(id, new Idle(now, size)) == null) {
      bytes += size;
    }
  }

  void remove(String id) {
    Idle back = sessions.remove(id);
    if (back != null) {
      bytes -= back.bytes();
    }
  }

  /** Takes those that are to be forgotten. */
  List<String> over(long now) {
    long keep = limits.get().keep().toNanos();
    List<String> over = new ArrayList<>();
    Iterator<Map.Entry<String, Idle>> oldest = sessions.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<String, Idle> next = oldest.next();
      Idle idle = next.getValue();
      if (now - idle.since() < keep && sessions.size() <= MOST && bytes <= MOST_BYTES) {
        break;
      }
      oldest.remove();
      bytes -= idle.bytes();
      over.add(next.getKey());
    }
    return over;
  }

  /** How long until the oldest is to be forgotten; -1 where there is none. */
  long nextNanos(long now) {
    return sessions.isEmpty()
        ? -1
        : Math.max(
            0, limits.get().keep().toNanos() - (now - sessions.values().iterator().next().since()));
  }

  /** Whether the one timer is still to be started; it is from here on. */
  boolean claimTimer() {
    boolean first = !timer;
    timer = true;
    return first;
  }

  void timerRan() {
    timer = false;
  }
}
