package io.grpcplatform.helm;

import static io.grpcplatform.helm.Workload.elements;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules about names and words, which Kubernetes checks only when an object reaches it. */
final class NamingRules {

  private static final String DNS_LABEL = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final String LABEL_KEY =
      "([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?";
  private static final String LABEL_VALUE = "([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?";

  private static final List<String> RELEASE_LABELS =
      List.of(
          "app.kubernetes.io/name",
          "app.kubernetes.io/instance",
          "app.kubernetes.io/version",
          "app.kubernetes.io/managed-by",
          "helm.sh/chart");

  /** Fields that take one of a few words; Java's models hold them as plain strings. */
  private static final Map<String, Set<String>> WORDS =
      Map.of(
          "imagePullPolicy", Set.of("Always", "IfNotPresent", "Never"),
          "whenUnsatisfiable", Set.of("DoNotSchedule", "ScheduleAnyway"),
          "unhealthyPodEvictionPolicy", Set.of("AlwaysAllow", "IfHealthyBudget"),
          "terminationMessagePolicy", Set.of("File", "FallbackToLogsOnError"),
          "appProtocol", Set.of("kubernetes.io/h2c", "http"),
          "type", Set.of("ClusterIP", "RollingUpdate", "RuntimeDefault"));

  private NamingRules() {}

  /**
   * Starts with a letter as well: the name of a Service must, and all objects here share one name.
   */
  static Stream<String> dnsLabels(Manifests release) {
    Stream<String> objects = release.objects().stream().map(object -> object.name());
    Stream<String> inPods =
        Workload.of(release)
            .flatMap(
                workload ->
                    Stream.concat(
                        elements(workload.pod().path("containers")),
                        elements(workload.pod().path("volumes"))))
            .map(named -> named.path("name").asText());
    return Stream.concat(objects, inPods)
        .filter(name -> !name.matches(DNS_LABEL))
        .map(name -> "name '" + name + "' (expected: a DNS label of up to 63 characters)");
  }

  static Stream<String> portNames(Manifests release) {
    Stream<JsonNode> services =
        release.kind("Service").flatMap(service -> elements(service.at("/spec/ports")));
    Stream<JsonNode> containers =
        Workload.of(release)
            .flatMap(workload -> workload.containers().stream())
            .flatMap(container -> elements(container.path("ports")));
    return Stream.concat(services, containers)
        .map(port -> port.path("name").asText())
        .filter(name -> !name.matches("(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?"))
        .map(
            name ->
                "port name '"
                    + name
                    + "' (expected: up to 15 lower-case letters, digits and dashes)");
  }

  static Stream<String> unique(Manifests release) {
    Set<String> seen = new HashSet<>();
    return release.objects().stream()
        .map(object -> object + " in " + object.at("/metadata/namespace").asText())
        .filter(object -> !seen.add(object))
        .map(object -> object + " twice (expected: once)");
  }

  static Stream<String> labels(Manifests release) {
    return release.objects().stream()
        .flatMap(
            object ->
                Stream.of(
                    object.at("/metadata/labels"), object.at("/spec/template/metadata/labels")))
        .flatMap(labels -> labels.properties().stream())
        .filter(
            label ->
                !label.getKey().matches(LABEL_KEY)
                    || !label.getValue().asText().matches(LABEL_VALUE))
        .map(
            label ->
                "label "
                    + label
                    + " (expected: up to 63 letters, digits, dashes, dots, underscores)");
  }

  static Stream<String> release(Manifests release) {
    Stream<String> unlabelled =
        release.objects().stream()
            .flatMap(
                object ->
                    RELEASE_LABELS.stream()
                        .filter(
                            label -> object.at("/metadata/labels").path(label).asText().isEmpty())
                        .map(label -> object + " without " + label + " (expected: a value)"));
    Set<String> namespaces =
        release.objects().stream()
            .map(object -> object.at("/metadata/namespace").asText())
            .collect(Collectors.toSet());
    return namespaces.size() == 1 && !namespaces.contains("")
        ? unlabelled
        : Stream.concat(
            unlabelled, Stream.of("namespaces " + namespaces + " (expected: the release's)"));
  }

  static Stream<String> words(Manifests release) {
    return release.objects().stream().flatMap(object -> words(object.tree()));
  }

  private static Stream<String> words(JsonNode tree) {
    Stream<String> below = elements(tree).flatMap(NamingRules::words);
    Stream<String> here =
        tree.properties().stream()
            .filter(field -> WORDS.containsKey(field.getKey()) && field.getValue().isTextual())
            .filter(field -> !WORDS.get(field.getKey()).contains(field.getValue().asText()))
            .map(field -> field + " (expected: one of " + WORDS.get(field.getKey()) + ")");
    return Stream.concat(here, below);
  }
}
