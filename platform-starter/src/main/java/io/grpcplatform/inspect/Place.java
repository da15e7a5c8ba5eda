package io.grpcplatform.inspect;

import org.jspecify.annotations.Nullable;

/**
 * Where a property is set.
 *
 * @param text a file and line, an environment variable, the command line
 * @param value the property's value as it may be shown
 */
record Place(String text, Object value) {

  /** Finds the place of a property; null where nobody sets it. */
  @FunctionalInterface
  interface Finder {
    @Nullable Place find(String property, Object value);
  }
}
