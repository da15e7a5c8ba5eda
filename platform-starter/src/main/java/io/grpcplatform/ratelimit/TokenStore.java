package io.grpcplatform.ratelimit;

import java.util.concurrent.CompletionStage;

/**
 * Where processes settle what they have used of a limit that they share. Never blocks.
 *
 * <p>Threading: safe; answers come on the store's own threads.
 */
interface TokenStore {

  /**
   * What a process is told.
   *
   * @param granted how many of those it wanted it may use
   * @param left how many more there are just now, for whoever comes first
   * @param waitNanos how long until there is one, if there is none left
   */
  record Answer(long granted, long left, long waitNanos) {}

  /** Whether the store can be reached. */
  boolean there();

  /** Grows each time the store comes back; what was known before is out of date. */
  int comeback();

  /**
   * Accounts for what was used already, and asks for more.
   *
   * @param used what must be counted, even if it was too much
   * @param wanted what may be granted, if it is there
   */
  CompletionStage<Answer> settle(String name, RateLimit limit, long used, long wanted);
}
