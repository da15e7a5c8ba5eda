package io.grpcplatform.stream;

import org.springframework.context.SmartLifecycle;

/**
 * Cancels the sessions that this application has opened when it stops: after its server, whose
 * handlers may use them until then, and before its channels, which would else wait for streams that
 * nobody ends.
 *
 * <p>Threading: called on Spring's shutdown thread; does not wait.
 */
final class SessionLifecycle implements SmartLifecycle {

  /** Between the server's {@code DEFAULT_PHASE - 1023} and the channels' {@code - 4096}. */
  static final int PHASE = DEFAULT_PHASE - 2048;

  private final PlatformSessions sessions;
  private volatile boolean running;

  SessionLifecycle(PlatformSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    sessions.close();
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
