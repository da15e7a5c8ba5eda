package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Deletes every line of the library's templates, one at a time: the checks of this module must
 * notice each.
 */
class TemplateMutationTest {

  private static final JsonNode DEFAULTS = ValuesSchema.read().defaults();
  private static final JsonNode EVERYTHING = Yaml.parse(GuideChart.EVERYTHING);

  @Test
  void everyDeletedLineOfEveryTemplateIsNoticed() {
    LibraryMutant mutant = LibraryMutant.of("mutants");
    assertThat(fault(mutant.chart())).isEmpty();
    List<String> unnoticed = new ArrayList<>();
    int deleted = 0;

    for (String file : mutant.files()) {
      String text = mutant.text(file);
      List<String> lines = text.lines().toList();
      for (int line : deletable(lines)) {
        mutant.write(
            file,
            Stream.concat(
                    lines.subList(0, line).stream(), lines.subList(line + 1, lines.size()).stream())
                .collect(Collectors.joining("\n", "", "\n")));
        deleted++;
        if (fault(mutant.chart()).isEmpty()) {
          unnoticed.add(file + ":" + (line + 1) + " " + lines.get(line).strip());
        }
      }
      mutant.write(file, text);
    }

    assertThat(unnoticed).as("of %d deleted lines", deleted).isEmpty();
    assertThat(deleted).isGreaterThan(200);
  }

  @Test
  void everythingMeansEveryValueOfTheSchema() {
    List<String> named = leaves("/service", EVERYTHING.path("service"));

    assertThat(
            ValuesSchema.read().properties().stream()
                .filter(
                    property ->
                        !property.path().isEmpty()
                            && !property.underExample()
                            && !property.is("object")))
        .allSatisfy(property -> assertThat(named).contains("/service" + property.pointer()));
  }

  @Test
  void everyValueChangesWhatIsRendered() {
    Chart chart = ChartWorkspace.fresh("values").chart("sample-order-service");

    assertThat(valueWithoutEffect(chart)).isEmpty();
  }

  /** The first thing that this module's checks find wrong with a chart. */
  private static Optional<String> fault(Chart chart) {
    try {
      List<String> findings = new ArrayList<>(Rule.findings(chart.render()));
      findings.addAll(Rule.findings(chart.render(GuideChart.EVERYTHING)));
      if (!findings.isEmpty()) {
        return Optional.of(findings.get(0));
      }
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    return Expectation.all()
        .filter(expectation -> !expectation.isMetBy(chart.render(expectation.values())))
        .map(Expectation::toString)
        .findFirst()
        .or(
            () ->
                Refusal.all()
                    .filter(refusal -> !refuses(chart, refusal))
                    .map(Refusal::toString)
                    .findFirst())
        .or(() -> valueWithoutEffect(chart))
        .or(
            () ->
                acceptsBadName(chart)
                    ? Optional.of("a chart's name of 55 letters")
                    : Optional.empty());
  }

  /** The name comes from Chart.yaml, where no schema looks. */
  private static boolean acceptsBadName(Chart chart) {
    Path file = chart.directory().resolve("Chart.yaml");
    String text = ChartWorkspace.text(file);
    ChartWorkspace.write(
        file, text.replace("name: sample-order-service", "name: " + "a".repeat(55)));
    try {
      return !refuses(chart, new Refusal("{}", Chart.KUBERNETES, "up to 54 lower-case letters"));
    } finally {
      ChartWorkspace.write(file, text);
    }
  }

  private static boolean refuses(Chart chart, Refusal refusal) {
    try {
      chart.render(refusal.values(), refusal.kubernetes());
      return false;
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage()).contains(refusal.message());
    }
  }

  /**
   * A value that can go back to its default (a switch: to its opposite) without a change in the
   * objects.
   */
  private static Optional<String> valueWithoutEffect(Chart chart) {
    Manifests changed = chart.render(GuideChart.EVERYTHING);
    return leaves("/service", EVERYTHING.path("service")).stream()
        .filter(
            leaf -> {
              try {
                return chart.render(Yaml.write(withDefault(leaf))).equals(changed);
              } catch (RuntimeException refused) {
                return false;
              }
            })
        .findFirst();
  }

  private static JsonNode withDefault(String leaf) {
    JsonNode values = EVERYTHING.deepCopy();
    int slash = leaf.lastIndexOf('/');
    ObjectNode parent = (ObjectNode) values.at(leaf.substring(0, slash));
    JsonNode byDefault = DEFAULTS.at(leaf.substring("/service".length()));
    if (byDefault.isMissingNode()) {
      parent.remove(leaf.substring(slash + 1));
    } else if (byDefault.isBoolean()) {
      parent.put(leaf.substring(slash + 1), !values.at(leaf).asBoolean());
    } else {
      parent.set(leaf.substring(slash + 1), byDefault);
    }
    return values;
  }

  private static List<String> leaves(String pointer, JsonNode tree) {
    if (!tree.isObject()) {
      return List.of(pointer);
    }
    return tree.properties().stream()
        .flatMap(field -> leaves(pointer + "/" + field.getKey(), field.getValue()).stream())
        .toList();
  }

  /** All lines but blank ones and comments, by index. */
  private static List<Integer> deletable(List<String> lines) {
    List<Integer> indexes = new ArrayList<>();
    boolean comment = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      comment |= line.startsWith("{{/*");
      if (!comment && !line.isEmpty()) {
        indexes.add(i);
      }
      comment &= !line.endsWith("*/}}");
    }
    return indexes;
  }
}
