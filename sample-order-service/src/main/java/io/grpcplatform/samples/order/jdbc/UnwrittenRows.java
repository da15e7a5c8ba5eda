package io.grpcplatform.samples.order.jdbc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * New rows of one table, held back until just before their transaction commits and then written in
 * one JDBC batch: an import of fifty orders is a few round trips to the database instead of
 * hundreds. Whoever reads the table in the same transaction writes them first, or looks here.
 *
 * <p>Outside of a transaction a row is written at once.
 *
 * @param <R> the rows
 */
public final class UnwrittenRows<R> {
  private final JdbcOperations jdbc;
  private final int order;
  private final String insert;
  private final Function<R, @Nullable Object[]> values;
  private final Function<DuplicateKeyException, RuntimeException> taken;

  /** A transaction stays on its thread. */
  private final Map<Thread, Held<R>> current = new ConcurrentHashMap<>();

  /** Of a table in which nothing is expected to be there already. */
  public UnwrittenRows(
      JdbcOperations jdbc, int order, String insert, Function<R, @Nullable Object[]> values) {
    this(jdbc, order, insert, values, duplicate -> duplicate);
  }

  /**
   * @param order rows of lower order are written first: those that others refer to
   * @param values of the insert's parameters
   * @param taken what a row means that is there already
   */
  public UnwrittenRows(
      JdbcOperations jdbc,
      int order,
      String insert,
      Function<R, @Nullable Object[]> values,
      Function<DuplicateKeyException, RuntimeException> taken) {
    this.taken = taken;
    this.jdbc = jdbc;
    this.order = order;
    this.insert = insert;
    this.values = values;
  }

  /** Adds a row; of two with the same key the later one is written, in the place of the first. */
  public void put(Object key, R row) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      insert(List.of(row));
      return;
    }
    Held<R> held = held();
    if (held == null) {
      held = new Held<>(this);
      current.put(Thread.currentThread(), held);
      TransactionSynchronizationManager.registerSynchronization(held);
    }
    held.rows.put(key, row);
  }

  /** Replaces a row that is not written yet; false where there is none. */
  public boolean replace(Object key, R row) {
    Held<R> held = held();
    return held != null && held.rows.replace(key, row) != null;
  }

  /** A row that is not written yet. */
  public Optional<R> find(Predicate<R> wanted) {
    Held<R> held = held();
    return held == null ? Optional.empty() : held.rows.values().stream().filter(wanted).findFirst();
  }

  /** Writes what this transaction holds back. */
  public void write() {
    Held<R> held = held();
    if (held != null && !held.rows.isEmpty()) {
      List<R> rows = List.copyOf(held.rows.values());
      held.rows.clear();
      insert(rows);
    }
  }

  private void insert(List<R> rows) {
    try {
      jdbc.batchUpdate(insert, rows.stream().map(values).toList());
    } catch (DuplicateKeyException duplicate) {
      throw taken.apply(duplicate);
    }
  }

  private @Nullable Held<R> held() {
    return current.get(Thread.currentThread());
  }

  /** What one transaction holds back. */
  private static final class Held<R> implements TransactionSynchronization {
    private final UnwrittenRows<R> table;
    private final Map<Object, R> rows = new LinkedHashMap<>();

    Held(UnwrittenRows<R> table) {
      this.table = table;
    }

    @Override
    public int getOrder() {
      return table.order;
    }

    @Override
    public void beforeCommit(boolean readOnly) {
      table.write();
    }

    @Override
    public void beforeCompletion() {
      table.current.remove(Thread.currentThread());
    }
  }
}
