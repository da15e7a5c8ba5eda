package io.grpcplatform;

import org.jspecify.annotations.Nullable;

/**
 * One setting as it holds for the calls of one method, and where it comes from.
 *
 * @param name the setting's own word, such as {@code deadline} or {@code max-attempts}
 * @param value what holds: text, a number, a boolean, a duration, or a list of these
 * @param origin which kind of place it comes from
 * @param property the property that decided, in full; null where none did
 */
public record EffectiveSetting(
    String name, Object value, Origin origin, @Nullable String property) {

  /** Where a setting comes from, the weakest first. */
  public enum Origin {
    /** Nobody said anything. */
    DEFAULT,
    /** The contract, by an option of the method. */
    CONTRACT,
    /** A property for more than this method: its service, its channel, or all of them. */
    INHERITED,
    /** A property for this very method. */
    PROPERTY,
    /** What was measured while the service runs. */
    MEASURED
  }

  /** A setting that nobody changed. */
  public static EffectiveSetting byDefault(String name, Object value) {
    return new EffectiveSetting(name, value, Origin.DEFAULT, null);
  }

  /** A setting that the contract says. */
  public static EffectiveSetting byContract(String name, Object value) {
    return new EffectiveSetting(name, value, Origin.CONTRACT, null);
  }

  /** A setting that a property says, for this method alone or for more. */
  public static EffectiveSetting byProperty(
      String name, Object value, Origin origin, String property) {
    return new EffectiveSetting(name, value, origin, property);
  }
}
