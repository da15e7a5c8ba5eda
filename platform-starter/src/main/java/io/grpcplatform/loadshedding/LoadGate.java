package io.grpcplatform.loadshedding;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what is in flight on one server and decides which calls are shed. A call is in flight from
 * its arrival until its handler is done; those that still wait for a thread count as well.
 *
 * <p>Shed is a call that meets as many in flight as the limit allows while the process is busy (CPU
 * at 85 % or long waits for a thread), unless those that matter at least as much as it are fewer
 * than its priority's share of the limit.
 *
 * <p>Threading: safe.
 */
final class LoadGate {

  /** What a call in work counts; an idle stream counts {@link #IDLE_STREAM}. */
  static final int WORK = 16;

  static final int IDLE_STREAM = 1;

  static final double BUSY_CPU = 0.85;

  private final AdaptiveLimit limit;
  private final Shares shares;
  private final CpuUse cpu;
  private final QueueWait queueWait = new QueueWait();
  private final PriorityMix mix = new PriorityMix();
  private final AtomicLong units = new AtomicLong();
  private final LongAdder[] shed = new LongAdder[Priority.values().length];
  private final LongAdder slowed = new LongAdder();

  /** What the last call that began has seen; a stream that is asked later sees no better. */
  private volatile int waiting;

  LoadGate(AdaptiveLimit limit, Shares shares, CpuUse cpu) {
    this.limit = limit;
    this.shares = shares;
    this.cpu = cpu;
    for (int i = 0; i < shed.length; i++) {
      shed[i] = new LongAdder();
    }
  }

  /**
   * Whether a call that is about to begin is to be shed; counts it if so.
   *
   * @param stream new streams are measured one step less important than they are
   * @param behind how many calls wait for a thread
   * @param waitNanos how long this one has waited
   */
  boolean sheds(Priority priority, boolean stream, int behind, long waitNanos, long now) {
    waiting = behind;
    if (behind > 0) {
      mix.note(priority);
    }
    queueWait.note(waitNanos, now);
    if (fits(stream ? priority.below() : priority, behind, now)) {
      return false;
    }
    shed[priority.rank()].increment();
    return true;
  }

  /** Whether a live stream is to go on slower than it would; counts it if so. */
  boolean slows(Priority priority, long now) {
    if (fits(priority, waiting, now)) {
      return false;
    }
    slowed.increment();
    return true;
  }

  private boolean fits(Priority priority, int behind, long now) {
    long running = units.get();
    long allowed = (long) limit.calls() * WORK;
    boolean full = running + (long) behind * WORK >= allowed;
    boolean waitsTooLong = queueWait.tooLong(full, now);
    boolean computesTooMuch = cpu.share(now) >= BUSY_CPU;
    if (!full || !(waitsTooLong || computesTooMuch)) {
      return true;
    }
    long counted = running + mix.atLeast(priority, behind) * WORK;
    return counted * 100 < allowed * shares.percentOf(priority);
  }

  /** Adds to what is in flight and returns how many calls that makes, rounded up. */
  int add(int change) {
    return calls(units.addAndGet(change));
  }

  void served(long tookNanos, long fastestNanos, int inFlight) {
    limit.sample(tookNanos, fastestNanos, inFlight);
  }

  int limit() {
    return limit.calls();
  }

  /** Calls in work, rounded up, and those that waited when the last one began. */
  int inFlight() {
    return calls(units.get()) + waiting;
  }

  /** What is in work, in sixteenths of a call. */
  long units() {
    return units.get();
  }

  long shed(Priority priority) {
    return shed[priority.rank()].sum();
  }

  long slowed() {
    return slowed.sum();
  }

  private static int calls(long units) {
    return (int) ((units + WORK - 1) / WORK);
  }

  /**
   * How much of the limit calls may use that matter at least as much as a priority, in percent.
   *
   * <p>A critical call is only refused where critical calls alone are twice the limit.
   */
  record Shares(int critical, int standard, int sheddable, int background) {

    static final Shares USUAL = new Shares(200, 100, 90, 80);

    int percentOf(Priority priority) {
      return switch (priority) {
        case CRITICAL -> critical;
        case DEFAULT -> standard;
        case SHEDDABLE -> sheddable;
        case BACKGROUND -> background;
      };
    }
  }
}
