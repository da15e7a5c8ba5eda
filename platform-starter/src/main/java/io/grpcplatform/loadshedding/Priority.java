package io.grpcplatform.loadshedding;

import org.jspecify.annotations.Nullable;

/** How much a call matters, the most important first; the least important are shed first. */
enum Priority {
  CRITICAL("critical", 0),
  DEFAULT("default", 1),
  SHEDDABLE("sheddable", 2),
  BACKGROUND("background", 3);

  private static final Priority[] ALL = values();

  private final String word;
  private final int rank;

  Priority(String word, int rank) {
    this.word = word;
    this.rank = rank;
  }

  /** Its place in the order, 0 for the most important. */
  int rank() {
    return rank;
  }

  /** The word on the wire and in meters. */
  String word() {
    return word;
  }

  /** One step less important, where there is one. */
  Priority below() {
    return switch (this) {
      case CRITICAL -> DEFAULT;
      case DEFAULT -> SHEDDABLE;
      case SHEDDABLE, BACKGROUND -> BACKGROUND;
    };
  }

  /** The priority of that word; null where there is none. */
  static @Nullable Priority of(@Nullable String word) {
    if (word != null) {
      for (Priority priority : ALL) {
        if (priority.word.equals(word)) {
          return priority;
        }
      }
    }
    return null;
  }
}
