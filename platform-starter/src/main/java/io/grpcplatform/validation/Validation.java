package io.grpcplatform.validation;

import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import java.util.Map;

/** Validation alone, for a server that the starter does not make. */
public final class Validation {

  private Validation() {}

  /** Checks the requests of every method, and tells up to ten broken rules. */
  public static ServerFeature server() {
    return server(10);
  }

  /**
   * Checks the requests of every method.
   *
   * @param maxViolations how many broken rules are told at most, 1 to 100
   * @throws IllegalArgumentException if it is none of these
   */
  public static ServerFeature server(int maxViolations) {
    return new ValidationServerStage(
        Live.fixed(
            ValidationProperties.class, new ValidationProperties(true, maxViolations, Map.of())),
        RequestRules::standard);
  }
}
