package io.grpcplatform.stream;

import org.jspecify.annotations.Nullable;

/**
 * Knows the thread that runs a callback of a call from the calling side. Such a thread must not
 * wait for its call: gRPC would tell the call's end to that very thread.
 *
 * <p>Threading: safe.
 */
final class OwnCallback {

  private volatile @Nullable Thread thread;

  void run(Runnable told) {
    Thread outer = thread;
    thread = Thread.currentThread();
    try {
      told.run();
    } finally {
      thread = outer;
    }
  }

  /** Throws on the callback's own thread. */
  void refuseToWait() {
    if (thread == Thread.currentThread()) {
      throw new IllegalStateException(
          "No room in a callback of the writer's own call, which would wait for ever if the call"
              + " ended (expected: whenReady(), or another thread)");
    }
  }
}
