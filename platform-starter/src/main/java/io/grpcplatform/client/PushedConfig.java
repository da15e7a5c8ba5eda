package io.grpcplatform.client;

import io.grpcplatform.CallClock;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service config of one channel while it runs. The first one is the channel's default; one that
 * differs later is pushed. Each push refills gRPC's retry throttle and tells the load balancer its
 * addresses again, so there is one in ten seconds at most, and a change in between waits.
 *
 * <p>Threading: safe. Compares on the thread that changes settings or on the clock's, and holds no
 * lock while it pushes.
 */
final class PushedConfig {

  private static final Logger log = LoggerFactory.getLogger(PushedConfig.class);
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String channel;
  private final Supplier<Map<String, ?>> source;
  private final CallClock clock;
  private final List<Runnable> receivers = new CopyOnWriteArrayList<>();
  private Map<String, ?> current;
  private long lastPush;
  private @Nullable Runnable takeBack;
  private boolean closed;
  private volatile @Nullable Map<String, ?> pushed;
  private volatile @Nullable List<SocketAddress> addresses;
  private volatile @Nullable String unresolved;

  /**
   * The config of a channel that is about to be made.
   *
   * @param source what the features want it to be, asked at once and after each change
   */
  PushedConfig(String channel, Supplier<Map<String, ?>> source, CallClock clock) {
    this.channel = channel;
    this.source = source;
    this.clock = clock;
    this.current = source.get();
  }

  /** What the channel begins with; empty for nothing. */
  synchronized Map<String, ?> first() {
    return current;
  }

  /** What was pushed last; null while the channel's default holds. */
  @Nullable Map<String, ?> pushed() {
    return pushed;
  }

  /** Takes down what the channel's resolver has found; the channel goes by the last of these. */
  void found(List<SocketAddress> resolved) {
    addresses = resolved;
    unresolved = null;
  }

  /** Takes down why it has found nothing this time, by the name of a status code. */
  void notFound(String code) {
    unresolved = code;
  }

  /** What it has found last; null where nothing yet. */
  @Nullable List<SocketAddress> addresses() {
    return addresses;
  }

  /** Why it found nothing the last time; null where it did. */
  @Nullable String unresolved() {
    return unresolved;
  }

  /** Lets {@code receiver} hear of each push, until it is removed; the last one added first. */
  void add(Runnable receiver) {
    receivers.add(0, receiver);
  }

  void remove(Runnable receiver) {
    receivers.remove(receiver);
  }

  /** Settings have changed: pushes what differs, now or once the pause is over. */
  void settingsChanged() {
    if (differs()) {
      receivers.forEach(Runnable::run);
    }
  }

  private synchronized boolean differs() {
    if (closed || takeBack != null) {
      return false;
    }
    Map<String, ?> next;
    try {
      next = source.get();
    } catch (RuntimeException failed) {
      log.error("The channel {} keeps its service config: no other can be made", channel, failed);
      return false;
    }
    if (next.equals(current)) {
      return false;
    }
    long now = clock.nanoTime();
    long pause = pushed == null ? 0 : lastPush + PAUSE_NANOS - now;
    if (pause > 0) {
      takeBack = clock.schedule(this::pauseIsOver, pause);
      return false;
    }
    current = next;
    lastPush = now;
    pushed = next;
    return true;
  }

  private void pauseIsOver() {
    synchronized (this) {
      takeBack = null;
    }
    settingsChanged();
  }

  /** Pushes nothing any more. */
  synchronized void close() {
    closed = true;
    if (takeBack != null) {
      takeBack.run();
      takeBack = null;
    }
  }
}
