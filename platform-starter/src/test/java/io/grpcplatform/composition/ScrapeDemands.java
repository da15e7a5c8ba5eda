package io.grpcplatform.composition;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import io.grpcplatform.composition.PromExpression.Matcher;
import io.grpcplatform.composition.PromExpression.Selector;
import io.grpcplatform.composition.Scrape.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What expressions ask for that a scrape does not have. */
final class ScrapeDemands {

  /** Given to every series by the ServiceMonitor of the chart, and by whoever discovers pods. */
  private static final Set<String> TARGET = Set.of("namespace", "application", "pod");

  /** Prometheus makes it itself. */
  private static final Set<String> BUILT_IN = Set.of("up");

  /** Labels whose values are a closed list, of which no application shows all at a time. */
  private static final Map<String, Set<String>> CLOSED =
      Map.of(
          "grpc_status_code", names(Status.Code.values()),
          "rpc_type", names(MethodType.values()),
          "reason", names(Refusal.Reason.values()));

  private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{\\s*(?:\\$labels\\.)?(\\w+)");

  private final Scrape scrape;

  ScrapeDemands(Scrape scrape) {
    this.scrape = scrape;
  }

  private static Set<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).collect(Collectors.toSet());
  }

  /** What is wrong with an expression, and with texts that name the labels it is grouped by. */
  List<String> unmet(String expression, String... texts) {
    PromExpression asked = PromExpression.parse(expression);
    Stream<String> series = asked.selectors().stream().flatMap(this::unmet);
    Stream<String> groups =
        asked.groupedBy().stream()
            .filter(label -> !TARGET.contains(label) && !label.equals("le"))
            .filter(label -> asked.selectors().stream().noneMatch(from -> has(from, label)))
            .map(label -> "no label " + label + " to group by");
    Stream<String> told =
        Stream.of(texts)
            .flatMap(text -> IN_LEGEND.matcher(text).results().map(label -> label.group(1)))
            .filter(label -> !label.equals("value") && !asked.groupedBy().contains(label))
            .filter(label -> !(expression.contains("absent(") && TARGET.contains(label)))
            .map(label -> "not grouped by " + label + ", which its text names");
    return Stream.of(series, groups, told)
        .flatMap(found -> found)
        .map(found -> found + " in " + expression.strip())
        .toList();
  }

  private boolean unknown(Selector selector) {
    return BUILT_IN.contains(selector.name());
  }

  private boolean has(Selector selector, String label) {
    return unknown(selector)
        || scrape.named(selector.name()).anyMatch(sample -> sample.labels().containsKey(label));
  }

  private Stream<String> unmet(Selector selector) {
    if (unknown(selector)) {
      return Stream.empty();
    }
    List<Sample> named =
        selector.name().isEmpty() ? scrape.samples() : scrape.named(selector.name()).toList();
    if (named.isEmpty()) {
      return Stream.of("no series " + selector.name());
    }
    List<Matcher> own =
        selector.matchers().stream().filter(one -> !TARGET.contains(one.label())).toList();
    Stream<String> labels =
        own.stream()
            .map(Matcher::label)
            .filter(label -> named.stream().noneMatch(one -> one.labels().containsKey(label)))
            .map(label -> selector.name() + " has no label " + label);
    Stream<String> words =
        own.stream()
            .filter(one -> CLOSED.containsKey(one.label()) && !one.isOpen())
            .flatMap(one -> one.words().map(word -> Map.entry(one.label(), word)))
            .filter(word -> !CLOSED.get(word.getKey()).contains(word.getValue()))
            .map(word -> word.getKey() + " is never " + word.getValue());
    Predicate<Matcher> decided = one -> !one.isOpen() && !CLOSED.containsKey(one.label());
    boolean some =
        named.stream()
            .anyMatch(
                one ->
                    own.stream().filter(decided).allMatch(matcher -> matcher.admits(one.labels())));
    return Stream.of(labels, words, some ? Stream.<String>empty() : Stream.of("none " + selector))
        .flatMap(found -> found);
  }
}
