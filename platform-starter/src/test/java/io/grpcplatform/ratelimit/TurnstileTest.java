package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who passes at a turnstile and in which order, and how many turnstiles there may be. */
final class TurnstileTest {

  private static final Outcome OVER = new Outcome(Status.OK, new Metadata(), null, false);
  private static final Duration PACE = Duration.ofMillis(100);
  private static final RateLimit LIMIT = RateLimit.of("10/s").withBurst(1);

  private final ManualClock clock = new ManualClock();
  private final List<String> passed = new ArrayList<>();

  private Turnstile turnstile(RateLimit limit) {
    return new Turnstile(limit, Turnstiles.local(limit, clock.nanoTime()), clock);
  }

  /** A stream that asks for its next message whenever one has come. */
  private PacedStream stream(String name, Turnstile turnstile) {
    return new PacedStream(
        turnstile,
        new CallControl() {
          @Override
          public boolean end(Refusal refusal) {
            throw new AssertionError("a slowed stream is not cut");
          }

          @Override
          public boolean end(Status status, Metadata trailers) {
            throw new AssertionError("a slowed stream is not cut");
          }

          @Override
          public String traceId() {
            return null;
          }

          @Override
          public void resume(CallHook hook, int messages) {
            passed.add(name);
            hook.mayRequest(messages);
            receive(hook);
          }
        },
        LimitCounters.NONE);
  }

  private static void receive(CallHook hook) {
    try {
      hook.received("message");
    } catch (Refusal impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void open(Turnstile turnstile) {
    assertThat(turnstile.enter(true)).isZero();
  }

  @Test
  void waitingStreamsPassOneAfterTheOther() {
    Turnstile turnstile = turnstile(RateLimit.of("10/s").withBurst(3));
    for (int i = 0; i < 3; i++) {
      open(turnstile);
    }
    for (String name : new String[] {"a", "b", "c"}) {
      assertThat(stream(name, turnstile).mayRequest(5)).isZero();
    }

    for (int i = 0; i < 6; i++) {
      clock.advance(PACE);
    }

    assertThat(passed).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void callsAndWaitingMessagesTakeTurns() {
    Turnstile turnstile = turnstile(LIMIT);
    // Scheduled first, so a call is there before the timer whenever there is a token.
    for (int i = 1; i <= 6; i++) {
      clock.schedule(() -> callOrNot(turnstile), PACE.multipliedBy(i).toNanos());
    }
    open(turnstile);
    stream("message", turnstile).mayRequest(50);

    clock.advance(PACE.multipliedBy(6));

    assertThat(passed).containsExactly("message", "call", "message", "call", "message", "call");
  }

  private void callOrNot(Turnstile turnstile) {
    if (turnstile.enter(false) == 0) {
      passed.add("call");
    }
  }

  @Test
  void aFasterRateHoldsForThoseWhoWaitAlready() {
    Turnstile turnstile = turnstile(RateLimit.of("1/h"));
    open(turnstile);
    PacedStream stream = stream("a", turnstile);
    stream.mayRequest(1);

    turnstile.retune(RateLimit.of("10/s"));
    clock.advance(Duration.ofSeconds(1));

    assertThat(passed).hasSize(10);
    stream.ended(OVER);
    assertThat(clock.waiting()).isZero();
  }

  @Test
  void inventedCallersFillNoMemoryAndGetNoFreshTokens() {
    CallerTurnstiles callers =
        new CallerTurnstiles(LIMIT, 100, (name, limit) -> turnstile(limit), clock);
    int allowed = 0;

    for (int i = 0; i < 10_000; i++) {
      allowed += callers.of("invented " + i).enter(false) == 0 ? 1 : 0;
    }

    assertThat(callers.size()).isEqualTo(100);
    assertThat(allowed).isEqualTo(101);
  }

  @Test
  void callersWithAllTheirTokensAreForgottenForNewOnes() {
    CallerTurnstiles callers =
        new CallerTurnstiles(LIMIT, 2, (name, limit) -> turnstile(limit), clock);
    Turnstile quiet = callers.of("quiet");
    quiet.enter(false);
    Turnstile streaming = callers.of("streaming");
    open(streaming);

    clock.advance(Duration.ofSeconds(2));
    Turnstile newcomer = callers.of("new");

    assertThat(newcomer.enter(false)).isZero();
    assertThat(quiet.enter(false)).isEqualTo(Turnstile.GONE);
    assertThat(callers.of("streaming")).isSameAs(streaming);
    assertThat(callers.of("quiet")).as("now one of the others").isNotSameAs(quiet);
    assertThat(callers.size()).isEqualTo(2);
  }

  @Test
  void aStreamThatEndsAsItsTokenComesGivesItBack() {
    Turnstile turnstile = turnstile(LIMIT);
    open(turnstile);
    PacedStream first = stream("first", turnstile);
    first.mayRequest(1);

    first.ended(OVER);
    first.mayPass();
    clock.advance(PACE);

    assertThat(passed).isEmpty();
    assertThat(turnstile.enter(false)).isZero();
    assertThat(clock.waiting()).isZero();
  }
}
