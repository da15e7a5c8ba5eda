package io.grpcplatform.server;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order in which servers stop: announce, serve on for the drain delay, tell streams to move,
 * GOAWAY, wait for the grace period, cut.
 *
 * <p>{@link #run} blocks the thread that calls it; {@link #hurry} may be called from any other.
 */
final class DrainOrder {

  /** For the last statuses to reach the wire after the cut; the process may exit right after it. */
  private static final Duration FLUSH = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(DrainOrder.class);

  private final DrainSignal signal;
  private final CallClock clock;
  private final DrainTimes times;
  private final CompletableFuture<Void> hurried = new CompletableFuture<>();

  DrainOrder(DrainSignal signal, CallClock clock, DrainTimes times) {
    this.signal = signal;
    this.clock = clock;
    this.times = times;
  }

  /** Stops {@code servers}; returns when they have ended or were cut. */
  void run(RunningServers servers) {
    log.info(
        "The gRPC server is going to stop: it serves on for {} ms, then waits up to {} ms for calls in flight",
        times.delay().toMillis(),
        times.grace().toMillis());
    signal.advance(Phase.ANNOUNCED);
    await(times.delay(), servers.terminated(), hurried);
    signal.advance(Phase.DRAINING);
    servers.shutdown();
    await(times.grace(), servers.terminated(), hurried);
    if (servers.terminated().isDone()) {
      log.info("The gRPC server has stopped; no call was cut");
    } else {
      signal.advance(Phase.CUTTING);
      servers.shutdownNow();
      await(FLUSH, servers.terminated());
      log.info("The gRPC server has stopped");
    }
    signal.advance(Phase.STOPPED);
  }

  /** Ends the waiting, now and later: whoever asks twice wants it over. */
  void hurry() {
    if (hurried.complete(null)) {
      log.warn("Asked again to stop: the gRPC server waits no longer");
    }
  }

  private void await(Duration limit, CompletableFuture<?>... sooner) {
    if (limit.isZero()) {
      return;
    }
    CompletableFuture<Void> timeUp = new CompletableFuture<>();
    Runnable takeBack = clock.schedule(() -> timeUp.complete(null), limit.toNanos());
    CompletableFuture<Object> first = CompletableFuture.anyOf(sooner);
    CompletableFuture.anyOf(first, timeUp).join();
    takeBack.run();
  }
}
