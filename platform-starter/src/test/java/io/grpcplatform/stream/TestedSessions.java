package io.grpcplatform.stream;

import io.grpcplatform.DrainSignal;
import java.time.Duration;

/** The sessions that the proof is about, with times that suit a test. */
final class TestedSessions {

  static final SessionLimits LIMITS =
      new SessionLimits(
          256,
          256 << 10,
          Duration.ofMillis(150),
          Duration.ofMillis(600),
          Duration.ofMillis(20),
          Duration.ofMillis(500),
          Duration.ofMinutes(1));

  private TestedSessions() {}

  static PlatformSessions client(SessionWatch watch) {
    return PlatformSessions.builder().limits(LIMITS).watch(watch).build();
  }

  static PlatformSessions server(DrainSignal drain) {
    return PlatformSessions.builder().limits(LIMITS).drain(drain).instance("numbers").build();
  }
}
