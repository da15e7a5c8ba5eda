package io.grpcplatform.samples.order;

import java.util.function.Supplier;

/**
 * Runs work in one database transaction: all of it is stored, or none. Work that loses a lock
 * conflict is run again.
 */
public interface Transactions {
  <T> T run(Supplier<T> work);

  /**
   * Runs work when what was done so far is committed: now, or with the transaction that surrounds
   * this thread. Never, if that is rolled back.
   */
  void afterCommit(Runnable work);
}
