package io.grpcplatform.async;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the workers once the server serves, and stops them while it drains: no call is begun any
 * more, those that run may end.
 */
final class AsyncLifecycle implements SmartLifecycle {

  /** The server's own. */
  static final int PHASE = DEFAULT_PHASE - 1024;

  private static final Logger log = LoggerFactory.getLogger(AsyncLifecycle.class);

  private final DurableEngine engine;
  private final Duration patience;
  private volatile boolean running;

  AsyncLifecycle(DurableEngine engine, Duration patience) {
    this.engine = engine;
    this.patience = patience;
  }

  @Override
  public void start() {
    running = true;
    engine.start();
  }

  @Override
  public void stop(Runnable callback) {
    new Thread(
            () -> {
              stop();
              callback.run();
            },
            "platform-async-stop")
        .start();
  }

  @Override
  public void stop() {
    if (running) {
      running = false;
      if (!engine.stop(patience)) {
        log.warn(
            "{} durable calls still run; what they did is rolled back, and another process makes"
                + " them again",
            engine.runner().running());
      }
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
