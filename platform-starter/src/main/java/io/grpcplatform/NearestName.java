package io.grpcplatform;

import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What somebody probably meant: the candidate with the fewest slips of the hand. */
public final class NearestName {

  private NearestName() {}

  /** The nearest candidate; null where there is none. Ties go to the first in the alphabet. */
  public static @Nullable String of(String seen, Collection<String> candidates) {
    return candidates.stream()
        .min(
            Comparator.comparingInt((String candidate) -> distance(seen, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElse(null);
  }

  /** Whether {@code meant} is near enough to be offered, not just the least far. */
  public static boolean plausible(String seen, String meant) {
    int same = 0;
    while (same < Math.min(seen.length(), meant.length())
        && seen.charAt(same) == meant.charAt(same)) {
      same++;
    }
    int dot = seen.lastIndexOf('.', Math.min(same, seen.length() - 1));
    return 2 * distance(seen, meant) <= seen.length() - dot - 1;
  }

  /**
   * The nearest candidate if so little is different that it must be a slip of the hand: one letter
   * in four; else null.
   */
  public static @Nullable String slip(String seen, Collection<String> candidates) {
    String nearest = of(seen, candidates);
    return nearest != null && distance(seen, nearest) <= Math.max(1, seen.length() / 4)
        ? nearest
        : null;
  }

  /**
   * Letters to change, to add, to remove, or to swap with their neighbour: the optimal string
   * alignment distance of Damerau.
   */
  static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int row = 0; row <= from.length(); row++) {
      for (int column = 0; column <= to.length(); column++) {
        cost[row][column] =
            row == 0 || column == 0 ? row + column : cheapest(cost, from, to, row, column);
      }
    }
    return cost[from.length()][to.length()];
  }

  private static int cheapest(int[][] cost, String from, String to, int row, int column) {
    int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
    int least =
        Math.min(
            cost[row - 1][column - 1] + change,
            Math.min(cost[row - 1][column], cost[row][column - 1]) + 1);
    boolean swapped =
        row > 1
            && column > 1
            && from.charAt(row - 1) == to.charAt(column - 2)
            && from.charAt(row - 2) == to.charAt(column - 1);
    return swapped ? Math.min(least, cost[row - 2][column - 2] + 1) : least;
  }
}
