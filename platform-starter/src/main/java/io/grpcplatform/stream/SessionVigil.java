package io.grpcplatform.stream;

import io.grpcplatform.CallClock;
import io.grpcplatform.v1.Heartbeat;
import io.grpcplatform.v1.SessionFrame;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Sends the heartbeats of a client's session, and notices when its server is silent. A message
 * costs a reading of the clock and no timer.
 *
 * <p>Threading: everything in the session's order.
 */
final class SessionVigil {

  private static final SessionFrame HEARTBEAT =
      SessionFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build();

  /** Whose streams are watched. */
  interface Watched {
    @Nullable SessionCall<?, ?> current();

    @Nullable SessionCall<?, ?> opening();

    void currentIsSilent();

    void openingIsSilent();
  }

  private final CallClock clock;
  private final SessionTimer timer;
  private final Watched watched;

  SessionVigil(CallClock clock, Executor later, Watched watched) {
    this.clock = clock;
    this.timer = new SessionTimer(clock, later);
    this.watched = watched;
  }

  /** Looks now, and from then on whenever there may be something to see. */
  void look() {
    long now = clock.nanoTime();
    if (silent(watched.opening())) {
      watched.openingIsSilent();
    }
    SessionCall<?, ?> live = watched.current();
    if (silent(live)) {
      watched.currentIsSilent();
    } else if (live != null && live.liveness().owesHeartbeat(now)) {
      // Where the server does not read, what it has not read says that this side lives.
      if (live.isReady()) {
        live.say(HEARTBEAT);
      }
      live.liveness().said(now);
    }
    long next = Math.min(nextLook(watched.opening(), now), nextLook(watched.current(), now));
    if (next != Long.MAX_VALUE) {
      timer.in(next, this::look);
    }
  }

  void stop() {
    timer.cancel();
  }

  private static boolean silent(@Nullable SessionCall<?, ?> call) {
    return call != null && call.silent();
  }

  private static long nextLook(@Nullable SessionCall<?, ?> call, long now) {
    return call == null ? Long.MAX_VALUE : call.liveness().nextLook(now);
  }
}
