package io.grpcplatform;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All settings of an application context that can change while it runs, and the version of what
 * holds now. A pipeline asks the features for a method's plan again when the version has grown.
 *
 * <p>Threading: safe; one change at a time. Plans are not made while a change is halfway, so none
 * is made of old settings and new ones.
 */
public final class LiveSettings {

  private static final Logger log = LoggerFactory.getLogger(LiveSettings.class);

  private final List<Live<?>> all = new CopyOnWriteArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantReadWriteLock halfway = new ReentrantReadWriteLock();
  private final AtomicInteger version = new AtomicInteger();

  /** Adds one feature's settings, with those that hold at the start. */
  public <T> Live<T> add(Class<T> type, T start) {
    Live<T> live = new Live<>(type, start);
    all.add(live);
    return live;
  }

  /** Everything that was added. */
  public Collection<Live<?>> all() {
    return Collections.unmodifiableList(all);
  }

  /** Grows with each change; 0 from the start to the first one. */
  public int version() {
    return version.get();
  }

  /**
   * Changes settings, all of them or none: every check comes before the first swap.
   *
   * @param next new settings by what they replace
   * @throws SettingException if a check refuses; nothing has changed then
   */
  public void apply(Map<Live<?>, ?> next) {
    apply(next, () -> {});
  }

  /**
   * Changes settings, all of them or none, and whatever has to change with them.
   *
   * @param next new settings by what they replace
   * @param accepted runs once no check has refused, before the first swap; what it throws is thrown
   *     on, and nothing has changed then
   * @throws SettingException if a check refuses; nothing has changed then
   */
  public synchronized void apply(Map<Live<?>, ?> next, Runnable accepted) {
    next.forEach(Live::checkNext);
    halfway.writeLock().lock();
    try {
      accepted.run();
      next.forEach(Live::swap);
      next.keySet().forEach(live -> harmless(live::react));
      version.incrementAndGet();
    } finally {
      halfway.writeLock().unlock();
    }
    listeners.forEach(LiveSettings::harmless);
  }

  /** Lets every plan be made again, such as after a value that a feature measured has moved. */
  public void changed() {
    // A call that resolves its plan meanwhile stamps it with the old version, and so comes again.
    version.incrementAndGet();
    listeners.forEach(LiveSettings::harmless);
  }

  /** What {@code making} makes of settings that all hold at one time; it must change none. */
  public <T> T whole(Supplier<T> making) {
    halfway.readLock().lock();
    try {
      return making.get();
    } finally {
      halfway.readLock().unlock();
    }
  }

  /**
   * Adds what is to happen after each change, on the thread that made it; it must not block, and
   * may run for two changes at a time.
   */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  private static void harmless(Runnable reaction) {
    try {
      reaction.run();
    } catch (RuntimeException failed) {
      log.error("A reaction to changed settings failed; the settings hold", failed);
    }
  }
}
