package io.grpcplatform.stream;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the sessions of one side of one method have done so far, and how they are now.
 *
 * <p>Threading: safe; numbers that are read one after the other need not fit together.
 */
final class MethodSessions {

  private final SessionCounts.Key key;
  private final LongSupplier ticker;
  private final Set<Counted> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicInteger live = new AtomicInteger();
  private final LongAdder unacknowledged = new LongAdder();
  private final LongAdder gapNanos = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);
  private final Map<SessionWatch.Resume, LongAdder> resumes =
      new EnumMap<>(SessionWatch.Resume.class);

  /** What is counted by message. */
  enum Count {
    SENT,
    REPLAYED,
    RECEIVED,
    REPEATED
  }

  MethodSessions(SessionCounts.Key key, LongSupplier ticker) {
    this.key = key;
    this.ticker = ticker;
    for (Count count : Count.values()) {
      counts.put(count, new LongAdder());
    }
    for (SessionWatch.Resume why : SessionWatch.Resume.values()) {
      resumes.put(why, new LongAdder());
    }
  }

  SessionWatch.Session began() {
    Counted session = new Counted(ticker.getAsLong());
    sessions.add(session);
    return session;
  }

  SessionCounts.Key key() {
    return key;
  }

  /** Sessions that have a stream now. */
  int live() {
    return live.get();
  }

  /** Sessions that have none now. */
  int waiting() {
    return Math.max(0, sessions.size() - live());
  }

  long unacknowledged() {
    return unacknowledged.sum();
  }

  /** How long ago the oldest session began, in nanoseconds; 0 where there is none. */
  long oldestNanos() {
    long now = ticker.getAsLong();
    return sessions.stream().mapToLong(session -> now - session.began).max().orElse(0);
  }

  long count(Count what) {
    return sum(counts, what);
  }

  long resumes(SessionWatch.Resume why) {
    return sum(resumes, why);
  }

  /** How often a session that had no stream got one again. */
  long gaps() {
    return gaps.sum();
  }

  /** How long these had none, together. */
  long gapNanos() {
    return gapNanos.sum();
  }

  private static <K> long sum(Map<K, LongAdder> adders, K which) {
    LongAdder adder = adders.get(which);
    return adder == null ? 0 : adder.sum();
  }

  private static <K> void increment(Map<K, LongAdder> adders, K which) {
    LongAdder adder = adders.get(which);
    if (adder != null) {
      adder.increment();
    }
  }

  private final class Counted implements SessionWatch.Session {
    private final long began;
    private boolean hasStream;
    private boolean over;
    private int kept;

    private Counted(long began) {
      this.began = began;
    }

    @Override
    public void opened() {
      stream(true);
    }

    @Override
    public void resumed(SessionWatch.Resume why, long nanosWithout) {
      stream(true);
      increment(resumes, why);
      if (nanosWithout > 0) {
        gaps.increment();
        gapNanos.add(nanosWithout);
      }
    }

    @Override
    public void cut() {
      stream(false);
    }

    private synchronized void stream(boolean has) {
      if (!over && hasStream != has) {
        hasStream = has;
        live.addAndGet(has ? 1 : -1);
      }
    }

    @Override
    public void sent() {
      increment(counts, Count.SENT);
    }

    @Override
    public void replayed() {
      increment(counts, Count.REPLAYED);
    }

    @Override
    public void received() {
      increment(counts, Count.RECEIVED);
    }

    @Override
    public void repeated() {
      increment(counts, Count.REPEATED);
    }

    @Override
    public synchronized void unacknowledged(int messages) {
      if (!over) {
        unacknowledged.add((long) messages - kept);
        kept = messages;
      }
    }

    @Override
    public synchronized void ended() {
      stream(false);
      unacknowledged(0);
      over = true;
      sessions.remove(this);
    }
  }
}
