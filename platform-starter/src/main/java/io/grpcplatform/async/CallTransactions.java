package io.grpcplatform.async;

import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Transactions of the application's own transaction manager, bound to the thread: a handler's work
 * on that thread takes part.
 */
final class CallTransactions {

  private final TransactionTemplate template;

  CallTransactions(PlatformTransactionManager transactions) {
    this.template = new TransactionTemplate(transactions);
  }

  /** Works in the thread's transaction, or in one of its own, which fails with what it throws. */
  <T> T run(Supplier<T> work) {
    return keeping(work, result -> true);
  }

  /** The same; the transaction is rolled back where its result is not to be kept. */
  <T> T keeping(Supplier<T> work, Predicate<T> keep) {
    // Never null: what works here returns records, lists and numbers.
    return template.<T>execute(
        status -> {
          T result = work.get();
          if (!keep.test(result)) {
            status.setRollbackOnly();
          }
          return result;
        });
  }

  /** Does something once the thread's transaction is committed; at once where there is none. */
  static void afterCommit(Runnable then) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      then.run();
      return;
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            then.run();
          }
        });
  }

  /**
   * Does something once the thread's transaction has ended other than by a commit, if there is one.
   */
  static void afterRollback(Runnable then) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      return;
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCompletion(int status) {
            if (status != STATUS_COMMITTED) {
              then.run();
            }
          }
        });
  }
}
