package io.grpcplatform.stream;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Counts the sessions of this process, for each side of each method. A method is there from its
 * first session on, and stays.
 *
 * <p>Threading: safe.
 */
final class SessionCounts implements SessionWatch {

  private final LongSupplier ticker;
  private final Map<Key, MethodSessions> methods = new ConcurrentHashMap<>();
  private final List<Consumer<MethodSessions>> observers = new CopyOnWriteArrayList<>();

  /** One side of one method. */
  record Key(Side side, String fullMethodName) {}

  /**
   * @param ticker nanoseconds, as {@link System#nanoTime()}
   */
  SessionCounts(LongSupplier ticker) {
    this.ticker = ticker;
  }

  @Override
  public Session began(Side side, String fullMethodName) {
    Key key = new Key(side, fullMethodName);
    MethodSessions known = methods.get(key);
    return (known == null ? add(key) : known).began();
  }

  private synchronized MethodSessions add(Key key) {
    MethodSessions known = methods.get(key);
    if (known != null) {
      return known;
    }
    MethodSessions added = new MethodSessions(key, ticker);
    methods.put(key, added);
    observers.forEach(observer -> observer.accept(added));
    return added;
  }

  /** Tells of every method, those that are there and those to come. */
  synchronized void observe(Consumer<MethodSessions> observer) {
    observers.add(observer);
    methods.values().forEach(observer);
  }

  /** All methods that have had a session. */
  List<MethodSessions> methods() {
    return List.copyOf(methods.values());
  }
}
