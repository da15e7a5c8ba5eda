package io.grpcplatform.loadshedding;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is in flight in one pool of threads and decides which calls are shed. It outlives
 * every change of settings; only its rules are swapped.
 *
 * <p>gRPC hands a unary call to a thread twice: to begin it, which costs next to nothing, and to
 * bring its message, which starts its work. What piles up under too much load are calls between the
 * two. So a call is asked both times, and what it is measured by is all that is in work and those
 * between that matter at least as much: the others will be shed before they work.
 *
 * <p>A call is shed that finds its priority's share of the limit in flight by that measure while
 * the process is busy: CPU at 85 %, or long waits for a thread.
 *
 * <p>Threading: safe. Calls that are asked at the same moment may exceed the limit by their number.
 */
final class LoadGate {

  /**
   * What a call in work counts; an idle stream counts {@link #IDLE_STREAM}. Thousands of those on
   * one server are usual, and must not fill a limit of some tens of calls.
   */
  static final int WORK = 1024;

  static final int IDLE_STREAM = 1;

  static final double BUSY_CPU = 0.85;

  private final CpuUse cpu;
  private final QueueWait queueWait = new QueueWait();
  private final AtomicLong working = new AtomicLong();
  private final AtomicIntegerArray begun = new AtomicIntegerArray(Priority.values().length);
  private volatile Rules rules;

  LoadGate(Rules rules, CpuUse cpu) {
    this.rules = rules;
    this.cpu = cpu;
  }

  /** The rules that hold now. */
  Rules rules() {
    return rules;
  }

  /** Swaps the rules; what is in flight stays counted. */
  void rules(Rules next) {
    rules = next;
  }

  /**
   * Whether a call that is about to begin is to be shed.
   *
   * @param stream new streams are measured one step less important than they are
   * @param waitNanos how long it has waited for its thread
   */
  boolean shedsNew(Priority priority, boolean stream, long waitNanos, long now) {
    queueWait.began(waitNanos, now);
    Priority measured = stream ? priority.below() : priority;
    return tooMany(measured, inFlightFor(measured), now);
  }

  /**
   * Whether a unary call that has begun is to be shed before it works.
   *
   * @param waitNanos how long it has waited for its message
   */
  boolean shedsBegun(Priority priority, long waitNanos, long now) {
    queueWait.received(waitNanos, now);
    return tooMany(priority, inFlightFor(priority) - WORK, now);
  }

  /** Whether a live stream is to go on slower than it would. */
  boolean slows(Priority priority, long now) {
    return tooMany(priority, inFlightFor(priority), now);
  }

  private boolean tooMany(Priority priority, long others, long now) {
    Rules held = rules;
    long allowed = (long) held.limit().calls() * WORK;
    boolean waitsTooLong = queueWait.tooLong(others >= allowed, now);
    boolean computesTooMuch = cpu.share(now) >= BUSY_CPU;
    return (waitsTooLong || computesTooMuch)
        && others * 100 >= allowed * held.shares().percentOf(priority);
  }

  private long inFlightFor(Priority priority) {
    long units = working.get();
    for (int i = 0; i <= priority.rank(); i++) {
      units += (long) begun.get(i) * WORK;
    }
    return units;
  }

  /** A unary call has begun. Returns how many calls are in flight, rounded up. */
  int begin(Priority priority) {
    begun.incrementAndGet(priority.rank());
    return inFlight();
  }

  /** A call that had begun will never work. */
  void leave(Priority priority) {
    begun.decrementAndGet(priority.rank());
  }

  /** A call that had begun starts to work. */
  void work(Priority priority) {
    begun.decrementAndGet(priority.rank());
    working.addAndGet(WORK);
  }

  /** Adds to what is in work. */
  void add(int units) {
    working.addAndGet(units);
  }

  void served(long tookNanos, long fastestNanos, int inFlight) {
    rules.limit().sample(tookNanos, fastestNanos, inFlight);
  }

  int limit() {
    return rules.limit().calls();
  }

  /** Calls in flight, rounded up. */
  int inFlight() {
    return (int) ((units() + WORK - 1) / WORK);
  }

  /** What is in flight, a call in work as {@link #WORK}. */
  long units() {
    return inFlightFor(Priority.BACKGROUND);
  }

  /**
   * What decides.
   *
   * @param limit how many calls may be in flight
   * @param shares what part of that each priority may use
   * @param mode what is done with calls that are too many
   */
  record Rules(AdaptiveLimit limit, Shares shares, LoadSheddingProperties.Mode mode) {}

  /**
   * What part of the limit may be in flight for a call of a priority to be let in, in percent.
   * Above 100 there is room for the important that no other call gets.
   */
  record Shares(int critical, int standard, int sheddable, int background) {

    static final Shares USUAL = new Shares(400, 100, 90, 80);

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
