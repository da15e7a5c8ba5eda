package io.grpcplatform.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The library's values.schema.json, walked property by property with references resolved. */
final class ValuesSchema {

  /** A name for each map whose keys the user chooses. */
  private static final Map<String, String> EXAMPLES =
      Map.of("channels", "payment", "secretEnv", "DATABASE_PASSWORD", "labels", "release");

  private final JsonNode root;
  private final JsonNode defaults;

  private ValuesSchema(Path chart) {
    this.root = Yaml.read(chart.resolve("values.schema.json"));
    this.defaults = Yaml.read(chart.resolve("values.yaml"));
  }

  static ValuesSchema read() {
    return new ValuesSchema(ChartWorkspace.sources().resolve("grpc-service"));
  }

  JsonNode defaults() {
    return defaults;
  }

  /** The whole, then every property in the order of the file, maps with one example entry. */
  List<Property> properties() {
    List<Property> found = new ArrayList<>();
    collect(new Property(List.of(), root, root, defaults), found);
    return found;
  }

  private void collect(Property property, List<Property> found) {
    found.add(property);
    property
        .schema()
        .path("properties")
        .properties()
        .forEach(child -> collect(child(property, child.getKey(), child.getValue()), found));
    property
        .schema()
        .path("patternProperties")
        .properties()
        .forEach(
            child ->
                collect(child(property, EXAMPLES.get(property.name()), child.getValue()), found));
  }

  private Property child(Property parent, String name, JsonNode declared) {
    List<String> path = Stream.concat(parent.path().stream(), Stream.of(name)).toList();
    JsonNode schema =
        declared.has("$ref") ? root.at(declared.path("$ref").asText().substring(1)) : declared;
    return new Property(path, declared, schema, parent.byDefault().path(name));
  }

  /** One place in the values: as declared there, and with its reference followed. */
  record Property(List<String> path, JsonNode declared, JsonNode schema, JsonNode byDefault) {

    String name() {
      return path.isEmpty() ? "" : path.get(path.size() - 1);
    }

    String pointer() {
      return path.stream().map(name -> "/" + name).collect(Collectors.joining());
    }

    boolean is(String type) {
      JsonNode types = schema.path("type");
      return types.asText().equals(type)
          || Workload.elements(types).anyMatch(one -> one.asText().equals(type));
    }

    /** Below a map whose keys the user chooses there are no defaults. */
    boolean underExample() {
      return path.stream().limit(Math.max(0, path.size() - 1)).anyMatch(EXAMPLES::containsKey);
    }

    /** Values for the service's chart with this one property set. */
    String yaml(Object value) {
      Object tree = value;
      for (int i = path.size() - 1; i >= 0; i--) {
        tree = Map.of(path.get(i), tree);
      }
      return Yaml.write(Map.of("service", tree));
    }

    @Override
    public String toString() {
      return "service" + path.stream().map(name -> "." + name).collect(Collectors.joining());
    }
  }
}
