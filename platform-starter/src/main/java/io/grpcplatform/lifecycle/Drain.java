package io.grpcplatform.lifecycle;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.ServerFeature;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** A stop that no call dies of unheard, for a server that the starter does not make. */
public final class Drain {

  private Drain() {}

  /**
   * Ends the streams of a server within a second once {@code signal} is DRAINING and refuses new
   * ones; ends whatever is left at CUTTING. Who owns the server advances the signal and shuts the
   * server down.
   */
  public static ServerFeature server(DrainSignal signal) {
    return server(signal, Duration.ofSeconds(1));
  }

  /**
   * As the other.
   *
   * @param streamSpread the time over which live streams are ended; zero for all at once
   * @throws IllegalArgumentException if it is negative
   */
  public static ServerFeature server(DrainSignal signal, Duration streamSpread) {
    LifecycleProperties settings = new LifecycleProperties(true, streamSpread);
    return LifecycleServerStage.on(
        signal,
        CallClock.system(),
        RandomGenerator.getDefault(),
        settings.streamSpread(),
        new DrainRecord());
  }
}
