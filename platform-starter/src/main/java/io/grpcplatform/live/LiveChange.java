package io.grpcplatform.live;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to change settings, as it is shown: without secrets. Immutable.
 *
 * @param version the version that held afterwards
 * @param properties what was to change
 * @param reason why it was refused, or what of it needs a restart; null where it simply holds
 * @param instead the YAML that would work; null where nothing was refused
 */
record LiveChange(
    Instant at,
    Source source,
    Outcome outcome,
    int version,
    List<Property> properties,
    @Nullable String reason,
    @Nullable String instead) {

  /** Who asked for it. */
  enum Source {
    /** The watched files. */
    FILE,
    /** The actuator endpoint. */
    ACTUATOR,
    /** Whoever changed Spring's environment. */
    ENVIRONMENT,
    /** Somebody who took the last change back. */
    ROLLBACK;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What became of it. */
  enum Outcome {
    /** It holds, as a whole but for what needs a restart. */
    APPLIED,
    /** Nothing of it holds. */
    REFUSED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One property, old and new; null where it was not set. */
  record Property(String name, @Nullable String from, @Nullable String to) {
    @Override
    public String toString() {
      return name
          + " "
          + (from == null ? "(not set)" : from)
          + " -> "
          + (to == null ? "(not set)" : to);
    }
  }
}
