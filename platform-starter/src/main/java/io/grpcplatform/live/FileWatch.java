package io.grpcplatform.live;

import io.grpcplatform.CallClock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that watched files say something else: by reading them, since a mounted ConfigMap changes
 * behind links and not every file system tells. What two looks in a row find is decided on, once;
 * so a file is not taken while somebody is still writing it.
 *
 * <p>Threading: safe. The clock's thread only hands over; files are read, and decisions made, by
 * the executor.
 */
final class FileWatch {

  /** Between two looks; a change is known after two of these at most. */
  static final Duration PERIOD = Duration.ofMillis(200);

  private final Supplier<WatchedFiles.Content> files;
  private final Consumer<WatchedFiles.Content> decide;
  private final CallClock clock;
  private final Executor executor;
  private WatchedFiles.@Nullable Content settled;
  private WatchedFiles.@Nullable Content seen;
  private @Nullable Runnable next;
  private boolean stopped;

  /**
   * A watch that does nothing yet, and has decided on nothing.
   *
   * @param decide must not throw
   */
  FileWatch(
      Supplier<WatchedFiles.Content> files,
      Consumer<WatchedFiles.Content> decide,
      CallClock clock,
      Executor executor) {
    this.files = files;
    this.decide = decide;
    this.clock = clock;
    this.executor = executor;
  }

  synchronized void start() {
    next = clock.schedule(() -> executor.execute(this::look), PERIOD.toNanos());
  }

  /** No decision is begun after this. */
  synchronized void stop() {
    stopped = true;
    if (next != null) {
      next.run();
    }
  }

  private synchronized void look() {
    if (stopped) {
      return;
    }
    WatchedFiles.Content now = files.get();
    if (now.equals(settled)) {
      seen = null;
    } else if (now.equals(seen)) {
      settled = now;
      seen = null;
      decide.accept(now);
    } else {
      seen = now;
    }
    start();
  }
}
