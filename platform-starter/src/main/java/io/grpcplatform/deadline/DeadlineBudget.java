package io.grpcplatform.deadline;

/**
 * How much of an inherited deadline a call may spend: what is left, less a reserve for the answer's
 * way back through this hop. All in nanoseconds.
 *
 * @param percent the share of what is left that is kept back
 * @param min the least that is kept back; also the least a call must have to be worth sending
 * @param max the most that is kept back
 */
record DeadlineBudget(int percent, long min, long max) {

  /** What is kept back of an inherited deadline with {@code remaining} to go. */
  long reserve(long remaining) {
    // Divided first: a deadline of years times a percentage would overflow.
    return Math.max(min, Math.min(max, remaining / 100 * percent));
  }

  /** What a call may spend of an inherited deadline with {@code remaining} to go; never below 0. */
  long allowed(long remaining) {
    long reserve = reserve(remaining);
    return remaining > reserve ? remaining - reserve : 0;
  }

  /** Whether a call with {@code left} to go is not worth sending. */
  boolean tooShort(long left) {
    return left < min || left <= 0;
  }

  /**
   * The part of {@code remaining} that belongs to one of several calls made one after the other: an
   * equal share among it and those that follow, so that what one leaves over goes to the next.
   *
   * @param call which of them, from 1
   * @param calls how many there are
   */
  static long share(long remaining, int call, int calls) {
    if (call < 1 || call > calls) {
      throw new IllegalArgumentException(
          "call " + call + " of " + calls + " (expected: 1 to the number of calls)");
    }
    return remaining <= 0 ? 0 : remaining / ((long) calls - call + 1);
  }
}
