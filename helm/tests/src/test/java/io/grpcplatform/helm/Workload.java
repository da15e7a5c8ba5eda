package io.grpcplatform.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpcplatform.helm.Manifests.Manifest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A Deployment as its pods see it: their specification, their one container, and the settings
 * mounted into it.
 */
record Workload(Manifests release, Manifest deployment) {

  static Stream<Workload> of(Manifests release) {
    return release.kind("Deployment").map(deployment -> new Workload(release, deployment));
  }

  static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  JsonNode template() {
    return deployment.at("/spec/template");
  }

  JsonNode pod() {
    return deployment.at("/spec/template/spec");
  }

  List<JsonNode> containers() {
    return elements(pod().path("containers")).toList();
  }

  JsonNode container() {
    return pod().at("/containers/0");
  }

  Optional<Integer> port(String name) {
    return elements(container().path("ports"))
        .filter(port -> port.path("name").asText().equals(name))
        .map(port -> port.path("containerPort").asInt())
        .findFirst();
  }

  String variable(String name) {
    return elements(container().path("env"))
        .filter(variable -> variable.path("name").asText().equals(name))
        .map(variable -> variable.path("value").asText())
        .findFirst()
        .orElse("");
  }

  /** The JVM's flag that begins so, without that beginning; empty if it is not set. */
  Optional<String> flag(String beginning) {
    return Arrays.stream(variable("JAVA_TOOL_OPTIONS").split(" "))
        .filter(flag -> flag.startsWith(beginning))
        .map(flag -> flag.substring(beginning.length()))
        .findFirst();
  }

  /** The application.yaml of the first ConfigMap mounted. */
  JsonNode settings() {
    String name =
        elements(pod().path("volumes"))
            .map(volume -> volume.at("/configMap/name").asText())
            .filter(found -> !found.isEmpty())
            .findFirst()
            .orElse("");
    return release
        .kind("ConfigMap")
        .filter(config -> config.name().equals(name))
        .map(config -> Yaml.parse(config.at("/data/application.yaml").asText()))
        .findFirst()
        .orElse(Yaml.parse("{}"));
  }

  /** A duration among the settings, in seconds; negative if there is none. */
  int seconds(String pointer) {
    String value = settings().at(pointer).asText();
    return value.matches("\\d+s") ? Integer.parseInt(value.substring(0, value.length() - 1)) : -1;
  }
}
