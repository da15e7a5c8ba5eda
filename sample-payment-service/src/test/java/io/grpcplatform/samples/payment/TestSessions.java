package io.grpcplatform.samples.payment;

import io.grpcplatform.stream.PlatformSessions;
import io.grpcplatform.stream.Sessions;

/** Resumable sessions without Spring. */
public final class TestSessions implements AutoCloseable {
  private final PlatformSessions sessions = PlatformSessions.builder().build();

  public Sessions serving() {
    return sessions;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
