package io.grpcplatform.client;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the channels when the application stops, after its server has stopped: what the server
 * drains may still call others. Calls in flight get some time before they are cut.
 *
 * <p>Threading: called on Spring's shutdown thread, which it never blocks: the waiting is done by a
 * thread of its own.
 */
final class ClientLifecycle implements SmartLifecycle {

  /** Below the server's {@code DEFAULT_PHASE - 1024}: starts before it and stops after it. */
  static final int PHASE = DEFAULT_PHASE - 4096;

  private final SharedChannels channels;
  private final Duration patience;
  private volatile boolean running;

  ClientLifecycle(SharedChannels channels, Duration patience) {
    this.channels = channels;
    this.patience = patience;
  }

  @Override
  public void start() {
    channels.check();
    channels.reopen();
    running = true;
  }

  @Override
  public void stop(Runnable done) {
    Thread closing =
        new Thread(
            () -> {
              try {
                stop();
              } finally {
                done.run();
              }
            },
            "grpc-client-shutdown");
    closing.setDaemon(true);
    closing.start();
  }

  @Override
  public void stop() {
    try {
      channels.shutdown(patience);
    } finally {
      running = false;
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
