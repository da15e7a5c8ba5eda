package io.grpcplatform.live;

import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What somebody probably meant: the candidate with the fewest letters to change. */
final class NearestName {

  private NearestName() {}

  /** The nearest candidate; null where there is none. Ties go to the first in the alphabet. */
  static @Nullable String of(String seen, Collection<String> candidates) {
    return candidates.stream()
        .min(
            Comparator.comparingInt((String candidate) -> distance(seen, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElse(null);
  }

  /** Levenshtein's distance. */
  static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column < above.length; column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[above.length];
      current[0] = row;
      for (int column = 1; column < current.length; column++) {
        int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(above[column - 1] + change, Math.min(above[column], current[column - 1]) + 1);
      }
      above = current;
    }
    return above[to.length()];
  }
}
