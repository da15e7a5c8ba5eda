package io.grpcplatform;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far this process is on its way to stop, and who wants to hear of it.
 *
 * <p>Phases only advance. Threading: safe; listeners run on the thread that advances, in the order
 * in which they subscribed, each once per phase. One that throws is logged and does not stop the
 * others.
 */
public final class DrainSignal {

  /** The steps of stopping, in order. */
  public enum Phase {
    /** Ordinary work. */
    SERVING,
    /** Health says NOT_SERVING, readiness refuses; every call is still served. */
    ANNOUNCED,
    /** Live streams are told to move; new streams are refused, unary calls still served. */
    DRAINING,
    /** Time is up: what is still in flight is about to be cut. */
    CUTTING,
    /** The server has stopped: no call is left. */
    STOPPED
  }

  private static final Logger log = LoggerFactory.getLogger(DrainSignal.class);

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile Phase phase = Phase.SERVING;

  /** Hears each advance of the phase. */
  @FunctionalInterface
  public interface Listener {
    void reached(Phase phase);
  }

  public Phase phase() {
    return phase;
  }

  /** Whether {@link Phase#DRAINING} has been reached. */
  public boolean draining() {
    return phase.compareTo(Phase.DRAINING) >= 0;
  }

  public void subscribe(Listener listener) {
    listeners.add(listener);
  }

  /** Moves on to {@code next}; does nothing if the process is there already, or further. */
  public void advance(Phase next) {
    synchronized (listeners) {
      if (next.compareTo(phase) <= 0) {
        return;
      }
      phase = next;
    }
    for (Listener listener : listeners) {
      try {
        listener.reached(next);
      } catch (RuntimeException failed) {
        log.warn("A listener failed at the drain phase {}", next, failed);
      }
    }
  }
}
