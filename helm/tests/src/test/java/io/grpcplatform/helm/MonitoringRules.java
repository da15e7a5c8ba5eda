package io.grpcplatform.helm;

import static io.grpcplatform.helm.Workload.elements;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpcplatform.helm.Manifests.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules about what Prometheus and Grafana are told of a service, where they are told anything. */
final class MonitoringRules {

  private static final String SUFFIX = "-grafana";

  private MonitoringRules() {}

  /** Each ServiceMonitor finds a Service that has its port, and names the application. */
  static Stream<String> scrapes(Manifests release) {
    Set<String> names = release.kind("Deployment").map(Manifest::name).collect(Collectors.toSet());
    return release
        .kind("ServiceMonitor")
        .flatMap(
            monitor ->
                elements(monitor.at("/spec/endpoints"))
                    .flatMap(endpoint -> scrape(release, monitor, endpoint, names)));
  }

  private static Stream<String> scrape(
      Manifests release, Manifest monitor, JsonNode endpoint, Set<String> names) {
    List<String> found = new ArrayList<>();
    JsonNode selector = monitor.at("/spec/selector/matchLabels");
    boolean port =
        release
            .kind("Service")
            .filter(service -> carries(service.at("/metadata/labels"), selector))
            .flatMap(service -> elements(service.at("/spec/ports")))
            .anyMatch(open -> open.path("name").equals(endpoint.path("port")));
    if (!port) {
      found.add(monitor + " (expected: a Service with these labels and this port)");
    }
    if (!endpoint.path("path").asText().equals("/actuator/prometheus")) {
      found.add(monitor + " path (expected: actuator's)");
    }
    if (!endpoint.path("interval").asText().matches("[1-9]\\d*s")) {
      found.add(monitor + " interval (expected: seconds)");
    }
    boolean named =
        elements(endpoint.path("relabelings"))
            .filter(label -> label.path("targetLabel").asText().equals("application"))
            .anyMatch(label -> names.contains(label.path("replacement").asText()));
    if (!named) {
      found.add(monitor + " relabelings (expected: application, one of " + names + ")");
    }
    return found.stream();
  }

  /** Each alert looks at this service alone, and says what whoever is woken needs. */
  static Stream<String> alerts(Manifests release) {
    String application =
        release.kind("Deployment").map(Manifest::name).collect(Collectors.joining());
    return release
        .kind("PrometheusRule")
        .flatMap(
            rules -> {
              String scope =
                  "namespace=\"%s\",application=\"%s\""
                      .formatted(rules.at("/metadata/namespace").asText(), application);
              return Monitoring.alerts(release)
                  .filter(alert -> !complete(alert, scope))
                  .map(alert -> alert + " (expected: all of it, and " + scope + ")");
            });
  }

  private static boolean complete(JsonNode alert, String scope) {
    String expression = alert.path("expr").asText();
    String anchor = "#" + alert.path("alert").asText().toLowerCase(Locale.ROOT);
    // Every selector has braces, and every pair of braces begins with the scope.
    return expression.contains("{" + scope)
        && !expression.replace("{" + scope, "").contains("{")
        && !alert.toString().contains("${")
        && Set.of("critical", "warning").contains(alert.at("/labels/severity").asText())
        && alert.path("for").asText().matches("\\d+[sm]")
        && !alert.at("/annotations/summary").asText().isEmpty()
        && !alert.at("/annotations/description").asText().isEmpty()
        && alert.at("/annotations/runbook_url").asText().matches("[^#\\s]+" + anchor);
  }

  /** Each dashboard can be found, collides with no other, and opens on this service. */
  static Stream<String> dashboards(Manifests release) {
    return release
        .kind("ConfigMap")
        .filter(config -> config.name().endsWith(SUFFIX))
        .filter(config -> !opensOnItsService(config))
        .map(config -> config + " (expected: a label for the sidecar, a dashboard of its own)");
  }

  private static boolean opensOnItsService(Manifest config) {
    String name = config.name().substring(0, config.name().length() - SUFFIX.length());
    JsonNode dashboard;
    try {
      dashboard = Yaml.parse(config.at("/data").path(name + ".json").asText("{}"));
    } catch (RuntimeException broken) {
      return false;
    }
    String namespace = config.at("/metadata/namespace").asText();
    Map<String, String> selected =
        elements(dashboard.at("/templating/list"))
            .collect(
                Collectors.toMap(
                    variable -> variable.path("name").asText(),
                    variable -> variable.at("/current/value").asText()));
    boolean labelled =
        config.at("/metadata/labels").properties().stream()
            .anyMatch(label -> label.getValue().asText().equals("1"));
    return labelled
        && dashboard.path("uid").asText().matches("[0-9a-z]{1,40}")
        && dashboard.path("title").asText().equals("gRPC: " + name + " in " + namespace)
        && namespace.equals(selected.get("namespace"))
        && name.equals(selected.get("application"));
  }

  private static boolean carries(JsonNode labels, JsonNode selector) {
    return selector.size() >= 2
        && selector.properties().stream()
            .allMatch(label -> label.getValue().equals(labels.path(label.getKey())));
  }
}
