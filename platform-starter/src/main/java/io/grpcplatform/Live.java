package io.grpcplatform;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One feature's settings as an immutable snapshot that is swapped whole while the service runs. A
 * stage reads it where it makes a method's plan; a call that has begun keeps the plan it began
 * with.
 *
 * <p>Threading: safe. Checks and reactions run one at a time, on the thread that changes settings.
 *
 * @param <T> the settings: a record, or what another library binds its own properties to
 */
public final class Live<T> {

  private final Class<T> type;
  private final List<Consumer<? super T>> checks = new CopyOnWriteArrayList<>();
  private final List<Consumer<? super T>> reactions = new CopyOnWriteArrayList<>();
  private volatile Predicate<String> changeable = property -> true;
  private volatile BinaryOperator<T> keeping = (held, next) -> next;
  private volatile T now;

  Live(Class<T> type, T start) {
    this.type = type;
    this.now = start;
  }

  /** Settings that never change: for a stage that is installed without the starter. */
  public static <T> Live<T> fixed(Class<T> type, T settings) {
    return new Live<>(type, settings);
  }

  /** The snapshot of this moment; read it once per decision. */
  public T get() {
    return now;
  }

  /** What the snapshots are; its {@code @ConfigurationProperties} names the properties. */
  public Class<T> type() {
    return type;
  }

  /**
   * Adds a condition beyond what the settings check of themselves. It sees settings before anybody
   * uses them, and must change nothing.
   *
   * @param check throws a {@link SettingException} for settings that cannot be used
   * @return this
   */
  public Live<T> check(Consumer<? super T> check) {
    checks.add(check);
    return this;
  }

  /**
   * Adds what is to happen once new settings hold, before any call gets a plan made of them. It
   * must not fail: what can fail is a {@link #check}.
   *
   * @return this
   */
  public Live<T> onChange(Consumer<? super T> reaction) {
    reactions.add(reaction);
    return this;
  }

  /**
   * Says that only some of these settings can change; the others were used up by the start.
   *
   * @param changeable whether a property can, by the first word of its name after the prefix
   * @param keeping of settings that hold and next ones, those that hold where they cannot change
   *     and the next ones elsewhere
   * @return this
   */
  public Live<T> only(Predicate<String> changeable, BinaryOperator<T> keeping) {
    this.changeable = changeable;
    this.keeping = keeping;
    return this;
  }

  /**
   * Whether a property can change while the service runs.
   *
   * @param word the first word of its name after the prefix
   */
  public boolean changes(String word) {
    return changeable.test(word);
  }

  /** What can follow on the settings of this moment: {@code next} as far as it can change. */
  public T following(Object next) {
    return keeping.apply(now, type.cast(next));
  }

  void checkNext(Object next) {
    T settings = type.cast(next);
    checks.forEach(check -> check.accept(settings));
  }

  void swap(Object next) {
    now = type.cast(next);
  }

  void react() {
    T settings = now;
    reactions.forEach(reaction -> reaction.accept(settings));
  }
}
