package io.grpcplatform.live;

import io.grpcplatform.CallClock;
import io.grpcplatform.SettingException;
import io.grpcplatform.live.LiveChange.Source;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Watches the files of {@code platform.live.watch} while the application runs, on one thread. */
final class WatchLifecycle implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(WatchLifecycle.class);

  private final List<String> paths;
  private final SettingsChanges changes;
  private final CallClock clock;
  private @Nullable ExecutorService thread;
  private @Nullable FileWatch watch;

  WatchLifecycle(List<String> paths, SettingsChanges changes, CallClock clock) {
    this.paths = List.copyOf(paths);
    this.changes = changes;
    this.clock = clock;
  }

  @Override
  public synchronized void start() {
    if (watch == null && !paths.isEmpty()) {
      ExecutorService started =
          Executors.newSingleThreadExecutor(
              task -> {
                Thread made = new Thread(task, "grpc-platform-live");
                made.setDaemon(true);
                return made;
              });
      thread = started;
      watch = new FileWatch(new WatchedFiles(paths)::read, this::decide, clock, started);
      watch.start();
    }
  }

  private void decide(WatchedFiles.Content content) {
    try {
      changes.change(Source.FILE, () -> changes.layers().withFiles(SettingText.of(content)));
    } catch (SettingException refused) {
      log.debug("Recorded already", refused);
    }
  }

  @Override
  public synchronized void stop() {
    if (watch != null && thread != null) {
      watch.stop();
      thread.shutdownNow();
      watch = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return watch != null;
  }
}
