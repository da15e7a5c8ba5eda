package io.grpcplatform.samples.order;

import io.grpcplatform.stream.PlatformSessions;
import io.grpcplatform.stream.SessionLimits;
import io.grpcplatform.stream.Sessions;
import java.time.Duration;

/** Resumable sessions without Spring, quick to open their streams again. */
public final class TestSessions implements AutoCloseable {
  private static final SessionLimits QUICK =
      new SessionLimits(
          64,
          1 << 20,
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMillis(1),
          Duration.ofMillis(25),
          Duration.ofMinutes(1));

  private final PlatformSessions calling = PlatformSessions.builder().limits(QUICK).build();

  /** For another server, which knows of no session: as after a restart. */
  public Sessions serving() {
    return PlatformSessions.builder().limits(QUICK).build();
  }

  public Sessions calling() {
    return calling;
  }

  @Override
  public void close() {
    calling.close();
  }
}
