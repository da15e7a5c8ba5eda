package io.grpcplatform.samples.order;

import io.grpcplatform.stream.PlatformSessions;
import io.grpcplatform.stream.SessionLimits;
import io.grpcplatform.stream.Sessions;
import java.time.Duration;

/** Resumable sessions without Spring, quick to open their streams again. */
public final class TestSessions implements AutoCloseable {
  private static final SessionLimits QUICK = quick(1 << 20);

  private final PlatformSessions calling;

  public TestSessions() {
    this(QUICK);
  }

  /** With room for so many unacknowledged bytes. */
  public TestSessions(int bytes) {
    this(quick(bytes));
  }

  private TestSessions(SessionLimits limits) {
    calling = PlatformSessions.builder().limits(limits).build();
  }

  private static SessionLimits quick(int bytes) {
    return new SessionLimits(
        64,
        bytes,
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMillis(1),
        Duration.ofMillis(25),
        Duration.ofMinutes(1));
  }

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
