package io.grpcplatform.composition;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a PromQL expression asks for: which series, and by which labels it groups them. No grammar:
 * whether the expression is one, promtool and Prometheus say.
 */
record PromExpression(List<Selector> selectors, Set<String> groupedBy) {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\"(?:[^\"\\\\]|\\\\.)*\"|\\$\\{\\w+}|\\[[^]]*]|[a-zA-Z_:][\\w:]*|\\d[\\w.]*|=~|!~|!=|\\S");
  private static final Set<String> GROUPING =
      Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

  /** Series of one name, or of any if that is empty, whose labels match. */
  record Selector(String name, List<Matcher> matchers) {}

  /** One condition on one label; the value is as it stands, without its quotes. */
  record Matcher(String label, String operator, String value) {

    /** Grafana's variables stand for anything. */
    boolean isOpen() {
      return value.contains("$");
    }

    /** What the value names: the words of an alternation, or the one. */
    Stream<String> words() {
      return Stream.of(value.split("\\|"));
    }

    boolean admits(Map<String, String> labels) {
      String seen = labels.getOrDefault(label, "");
      return switch (operator) {
        case "=" -> seen.equals(value);
        case "!=" -> !seen.equals(value);
        case "=~" -> seen.matches(value);
        case "!~" -> !seen.matches(value);
        default -> throw new IllegalArgumentException(operator);
      };
    }
  }

  static PromExpression parse(String text) {
    List<String> tokens = TOKEN.matcher(text).results().map(MatchResult::group).toList();
    List<Selector> selectors = new ArrayList<>();
    Set<String> groupedBy = new HashSet<>();
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
      if (GROUPING.contains(token) && next.equals("(")) {
        int end = i + tokens.subList(i, tokens.size()).indexOf(")");
        tokens.subList(i + 2, end).stream()
            .filter(label -> !label.equals(","))
            .forEach(groupedBy::add);
        i = end;
      } else if (token.equals("{")) {
        i = select("", tokens, i, selectors);
      } else if (token.matches("[a-zA-Z_:].*") && !called(next) && !WORDS.contains(token)) {
        i = select(token, tokens, next.equals("{") ? i + 1 : i, selectors);
      }
    }
    return new PromExpression(List.copyOf(selectors), Set.copyOf(groupedBy));
  }

  /** What comes before this is a function or an aggregation and no series. */
  private static boolean called(String next) {
    return next.equals("(") || next.equals("by") || next.equals("without");
  }

  /**
   * Takes the conditions that begin at the brace {@code at}, if one is there; says where they end.
   */
  private static int select(String name, List<String> tokens, int at, List<Selector> selectors) {
    List<Matcher> matchers = new ArrayList<>();
    int i = at;
    if (tokens.get(at).equals("{")) {
      for (i = at + 1; !tokens.get(i).equals("}"); i++) {
        if (tokens.get(i).matches("[a-zA-Z_]\\w*")) {
          String value = tokens.get(i + 2);
          matchers.add(
              new Matcher(
                  tokens.get(i), tokens.get(i + 1), value.substring(1, value.length() - 1)));
          i += 2;
        }
      }
    }
    selectors.add(new Selector(name, List.copyOf(matchers)));
    return i;
  }
}
