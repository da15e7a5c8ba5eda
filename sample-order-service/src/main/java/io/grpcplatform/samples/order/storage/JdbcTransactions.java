package io.grpcplatform.samples.order.storage;

import io.grpcplatform.samples.order.Transactions;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Database transactions; work that loses a lock conflict or a deadlock is run again, five times at
 * most.
 */
@Component
final class JdbcTransactions implements Transactions {
  private static final int ATTEMPTS = 5;

  private final TransactionTemplate transaction;

  JdbcTransactions(PlatformTransactionManager transactions) {
    this.transaction = new TransactionTemplate(transactions);
  }

  @Override
  public void afterCommit(Runnable work) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      work.run();
      return;
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            work.run();
          }
        });
  }

  @Override
  public <T> T run(Supplier<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Objects.requireNonNull(transaction.execute(status -> work.get()));
      } catch (ConcurrencyFailureException conflict) {
        if (attempt == ATTEMPTS) {
          throw conflict;
        }
      }
    }
  }
}
