package io.grpcplatform;

/**
 * What time it is for policies, and what is to happen later. Tests own a clock of their own.
 *
 * <p>Threading: safe for use by several threads. Tasks run on the clock's one daemon thread and
 * must not block.
 */
public interface CallClock {

  /** Nanoseconds with an arbitrary origin, as {@link System#nanoTime()}. */
  long nanoTime();

  /** Runs {@code task} once in {@code delayNanos}; the returned order takes it back. */
  Runnable schedule(Runnable task, long delayNanos);

  /** The process's own clock, whose thread starts with its first task. */
  static CallClock system() {
    return SystemClock.INSTANCE;
  }
}
