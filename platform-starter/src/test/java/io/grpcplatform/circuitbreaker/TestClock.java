package io.grpcplatform.circuitbreaker;

import io.grpcplatform.testing.ManualClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A wall clock for resilience4j that moves together with the platform's {@link ManualClock}. */
final class TestClock extends Clock {

  final ManualClock calls = new ManualClock();
  private final long origin = calls.nanoTime();

  void advance(Duration by) {
    calls.advance(by);
  }

  @Override
  public Instant instant() {
    return Instant.parse("2026-11-01T00:00:00Z").plusNanos(calls.nanoTime() - origin);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("one zone is enough for a test");
  }
}
