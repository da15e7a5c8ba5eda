package io.grpcplatform.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;

/** A service's chart with all that Prometheus and Grafana need of it, and what is then rendered. */
final class Monitoring {

  static final String ON =
      """
      service:
        monitoring:
          serviceMonitor: {enabled: true}
          alerts: {enabled: true}
          dashboard: {enabled: true}
      """;

  private Monitoring() {}

  /** Every alert of a release, as Prometheus reads it. */
  static Stream<JsonNode> alerts(Manifests release) {
    return release
        .kind("PrometheusRule")
        .flatMap(rules -> Workload.elements(rules.at("/spec/groups")))
        .flatMap(group -> Workload.elements(group.path("rules")));
  }
}
