package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls and messages that share one limit pass. Calls never wait. The messages of open
 * streams do, in the order in which they were asked for, on one timer; while any waits, calls and
 * messages take turns, so that neither starves the other.
 *
 * <p>Threading: safe. The timer runs on the clock's thread; streams are told outside the lock.
 */
final class Turnstile implements Runnable {

  /** No call may pass here any more: ask for another one. */
  static final long GONE = -1;

  /** No timer is set for less, and no refused call told to come back sooner. */
  private static final long SHORTEST_WAIT = 1_000_000;

  private final CallClock clock;
  private final Quota quota;
  private final Set<PacedStream> waiting = new LinkedHashSet<>(0);
  private RateLimit limit;
  private @Nullable Runnable timer;
  private boolean callHadTheLast;
  private int streams;
  private boolean retired;

  Turnstile(RateLimit limit, Quota quota, CallClock clock) {
    this.limit = limit;
    this.quota = quota;
    this.clock = clock;
  }

  /**
   * Lets a call in if there is a token for it.
   *
   * @param stream whether it is one whose messages will pass here too, until it {@link #leave}s
   * @return 0 if it was let in, {@link #GONE}, or how many nanoseconds until the next token
   */
  synchronized long enter(boolean stream) {
    if (retired) {
      return GONE;
    }
    long now = clock.nanoTime();
    boolean theirTurn = callHadTheLast && !waiting.isEmpty();
    if (theirTurn || !quota.take(now)) {
      return Math.max(SHORTEST_WAIT, quota.waitNanos(now));
    }
    callHadTheLast = true;
    if (stream) {
      streams++;
    }
    return 0;
  }

  /**
   * Takes a token for one message, or puts the stream in the queue, where it is once at most.
   *
   * @return whether the message may pass now; else the stream is told when it may
   */
  synchronized boolean pass(PacedStream stream) {
    long now = clock.nanoTime();
    if (waiting.isEmpty() && quota.take(now)) {
      stream.paid(quota.receipt(now));
      return true;
    }
    waiting.add(stream);
    if (timer == null) {
      setTimer(now);
    }
    return false;
  }

  private void setTimer(long now) {
    timer = clock.schedule(this, Math.max(SHORTEST_WAIT, quota.waitNanos(now)));
  }

  /** Lets the messages pass for which there are tokens by now. */
  @Override
  public void run() {
    passable().forEach(PacedStream::mayPass);
  }

  private synchronized List<PacedStream> passable() {
    List<PacedStream> passing = new ArrayList<>();
    long now = clock.nanoTime();
    timer = null;
    for (var queue = waiting.iterator(); queue.hasNext() && quota.take(now); ) {
      PacedStream first = queue.next();
      queue.remove();
      first.paid(quota.receipt(now));
      passing.add(first);
      callHadTheLast = false;
    }
    if (!waiting.isEmpty()) {
      setTimer(now);
    }
    return passing;
  }

  /** A stream is over; it waits for nothing more. */
  synchronized void leave(PacedStream stream) {
    streams--;
    waiting.remove(stream);
    if (waiting.isEmpty() && timer != null) {
      timer.run();
      timer = null;
    }
  }

  /** Takes back the token of a message that will never come. */
  synchronized void giveBack(long receipt) {
    quota.giveBack(receipt, clock.nanoTime());
  }

  /** How many streams have a message waiting here. */
  synchronized int waiting() {
    return waiting.size();
  }

  synchronized RateLimit limit() {
    return limit;
  }

  /** Sets another limit; what was used of the old one stays used. */
  synchronized void retune(RateLimit next) {
    if (!next.equals(limit)) {
      limit = next;
      quota.retune(next, clock.nanoTime());
      if (timer != null) {
        timer.run();
        setTimer(clock.nanoTime());
      }
    }
  }

  /** Closes it for good if nobody could tell it from a new one. */
  synchronized boolean retire() {
    retired |= streams == 0 && quota.untouched(clock.nanoTime());
    return retired;
  }
}
