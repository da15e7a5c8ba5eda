package io.grpcplatform.loadshedding;

import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import java.util.Map;

/**
 * Load shedding and priorities for servers and channels that the starter does not build. What it
 * makes enforces, and its settings never change.
 */
public final class LoadShedding {

  static final int INITIAL_LIMIT = 20;
  static final int MAX_LIMIT = 1_000;

  private LoadShedding() {}

  /** Load shedding as the properties have it by default, enforced. */
  public static ServerFeature server() {
    return server(INITIAL_LIMIT, MAX_LIMIT, Map.of());
  }

  /**
   * Load shedding for one server.
   *
   * @param initialLimit how many calls may be in flight at first
   * @param maxLimit how many calls may be in flight at most
   * @param priorities the priority of calls that bring none, {@code critical}, {@code default},
   *     {@code sheddable} or {@code background}, by {@code pkg.Service/Method} or {@code
   *     pkg.Service/*}
   * @throws IllegalArgumentException if a limit, a method or a priority cannot be used
   */
  public static ServerFeature server(
      int initialLimit, int maxLimit, Map<String, String> priorities) {
    return LoadSheddingServerStage.alone(
        LoadSheddingProperties.of(
            Mode.ENFORCE, AdaptiveLimit.Algorithm.VEGAS, initialLimit, maxLimit, priorities));
  }

  /**
   * Sends the priority of the call that is being served along with the calls made for it:
   * contribute it to the builder of each channel.
   */
  public static ChannelContributor priorities() {
    return new PriorityChannelContributor();
  }
}
