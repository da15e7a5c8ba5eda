package io.grpcplatform.server;

import io.grpcplatform.SettingException;

/**
 * What runs the handlers of some calls.
 *
 * @param type the kind of thread
 * @param maxThreads how many of them run handlers at once
 * @param queue how many calls may wait for one; more are refused
 */
public record ExecutorPlan(Type type, int maxThreads, int queue) {

  /** As many threads as common web servers have. */
  static final int PLATFORM_THREADS = 200;

  /** A virtual thread costs a kilobyte or two, so what is behind the handlers is the limit. */
  static final int VIRTUAL_THREADS = 4096;

  static final int QUEUE = 1024;

  private static final String PREFIX = ServerProperties.PREFIX + ".executor.";

  /** What kind of thread a handler runs on. */
  public enum Type {
    /** A pool of ordinary threads. */
    PLATFORM,
    /** Virtual threads; needs Java 21 or newer. */
    VIRTUAL,
    /**
     * The event loop of the connection. For handlers that never block: one that does stops every
     * call of every connection on that event loop.
     */
    DIRECT
  }

  public ExecutorPlan {
    if (maxThreads < 1) {
      throw SettingException.of(PREFIX + "max-threads", maxThreads, "1 or more", "200");
    }
    if (queue < 0) {
      throw SettingException.of(PREFIX + "queue", queue, "0 or more", "1024");
    }
    if (type == Type.VIRTUAL && !VirtualThreads.supported()) {
      throw SettingException.of(
          PREFIX + "type",
          "virtual",
          "platform or direct on Java "
              + Runtime.version().feature()
              + "; virtual threads need Java 21 or newer",
          "platform");
    }
  }

  /** Ordinary threads, as many of them and of waiting calls as by default. */
  public static ExecutorPlan platform() {
    return platform(PLATFORM_THREADS, QUEUE);
  }

  public static ExecutorPlan platform(int maxThreads, int queue) {
    return new ExecutorPlan(Type.PLATFORM, maxThreads, queue);
  }

  /**
   * Virtual threads.
   *
   * @throws SettingException on Java 17 to 20
   */
  public static ExecutorPlan virtual(int maxThreads, int queue) {
    return new ExecutorPlan(Type.VIRTUAL, maxThreads, queue);
  }

  /** The event loop itself. */
  public static ExecutorPlan direct() {
    return new ExecutorPlan(Type.DIRECT, PLATFORM_THREADS, QUEUE);
  }
}
