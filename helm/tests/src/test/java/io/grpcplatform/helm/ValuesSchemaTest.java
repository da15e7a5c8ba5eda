package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpcplatform.helm.ValuesSchema.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The schema refuses what it does not know, property by property, and the README says what it
 * knows.
 */
class ValuesSchemaTest {

  /** Maps that belong to others: to Helm's parent chart, and to the application. */
  private static final Set<String> OPEN = Set.of("global", "settings");

  private static final ValuesSchema SCHEMA = ValuesSchema.read();
  private static final Chart CHART = ChartWorkspace.fresh("schema").chart("sample-payment-service");

  static Stream<Property> properties() {
    return SCHEMA.properties().stream().filter(property -> !property.path().isEmpty());
  }

  static Stream<Property> closedObjects() {
    return SCHEMA.properties().stream()
        .filter(property -> property.is("object") && !OPEN.contains(property.name()));
  }

  /** For every constraint of every property, a value just beyond it. */
  static Stream<Arguments> valuesBeyondAConstraint() {
    return properties()
        .flatMap(property -> beyond(property).stream().map(value -> arguments(property, value)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("closedObjects")
  void unknownKeyIsRefusedInEveryObject(Property object) {
    String values = object.yaml(Map.of("unheard-of!", 1));

    assertThatThrownBy(() -> CHART.render(values))
        .hasMessageContaining("at '" + object.pointer() + "'")
        .hasMessageContaining("'unheard-of!' not allowed");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("properties")
  void wrongTypeIsRefusedForEveryProperty(Property property) {
    Object wrong = property.is("string") ? List.of("a list") : "a text";

    assertThatThrownBy(() -> CHART.render(property.yaml(wrong)))
        .hasMessageContaining("at '" + property.pointer() + "': got ");
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("valuesBeyondAConstraint")
  void valueBeyondAConstraintIsRefused(Property property, Object value) {
    assertThatThrownBy(() -> CHART.render(property.yaml(value)))
        .hasMessageContaining("at '" + property.pointer());
  }

  @Test
  void everyObjectIsClosedAndEveryPropertyDescribed() {
    assertThat(closedObjects())
        .allSatisfy(
            object ->
                assertThat(object.schema().path("additionalProperties").toString())
                    .isEqualTo("false"));
    assertThat(SCHEMA.properties())
        .allSatisfy(
            property -> assertThat(property.declared().path("description").asText()).endsWith("."));
  }

  @Test
  void everyScalarIsConstrainedBeyondItsType() {
    assertThat(
            properties()
                .filter(
                    property ->
                        !property.is("object") && !property.is("boolean") && !property.is("array")))
        .allSatisfy(property -> assertThat(beyond(property)).isNotEmpty());
  }

  @Test
  void defaultsAndSchemaNameTheSameValues() {
    Set<String> described =
        properties()
            .filter(property -> !property.underExample() && !property.name().equals("global"))
            .map(Property::pointer)
            .collect(Collectors.toSet());

    assertThat(pointers("", SCHEMA.defaults())).containsExactlyInAnyOrderElementsOf(described);
  }

  @Test
  void readmeListsEveryValueAsTheSchemaSaysIt() throws IOException {
    String readme = Files.readString(ChartWorkspace.sources().resolve("grpc-service/README.md"));
    String table =
        properties()
            .filter(ValuesSchemaTest::listed)
            .map(ValuesSchemaTest::row)
            .collect(Collectors.joining("\n"));

    assertThat(readme).contains("| value | default | meaning |\n|---|---|---|\n" + table + "\n\n");
  }

  /** Objects are listed only where their keys are not: maps that the user fills. */
  private static boolean listed(Property property) {
    boolean filledByUser =
        OPEN.contains(property.name()) || property.schema().has("patternProperties");
    return filledByUser || !property.is("object");
  }

  private static String row(Property property) {
    String name =
        property
            .toString()
            .substring("service.".length())
            .replace(".payment", ".<name>")
            .replace(".DATABASE_PASSWORD", ".<NAME>")
            .replace(".labels.release", ".labels.<name>");
    String byDefault = property.byDefault().isMissingNode() ? "" : "`" + property.byDefault() + "`";
    return "| `"
        + name
        + "` | "
        + byDefault
        + " | "
        + property.declared().path("description").asText()
        + " |";
  }

  private static List<Object> beyond(Property property) {
    JsonNode schema = property.schema();
    List<Object> values = new ArrayList<>();
    if (schema.has("minimum")) {
      values.add(schema.path("minimum").asInt() - 1);
    }
    for (JsonNode choice : schema.path("anyOf")) {
      if (choice.has("minimum")) {
        values.add(choice.path("minimum").asInt() - 1);
      }
    }
    if (schema.has("maximum")) {
      values.add(schema.path("maximum").asInt() + 1);
    }
    if (schema.has("pattern") || schema.has("enum")) {
      values.add("not this one!");
    }
    if (schema.has("items")) {
      values.add(List.of("not this one!"));
      values.add(List.of(7));
    }
    return values;
  }

  private static List<String> pointers(String prefix, JsonNode tree) {
    return tree.properties().stream()
        .flatMap(
            field -> {
              String pointer = prefix + "/" + field.getKey();
              return Stream.concat(
                  Stream.of(pointer), pointers(pointer, field.getValue()).stream());
            })
        .toList();
  }
}
