package io.grpcplatform.helm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The chart that the guide shows a newcomer, taken from the guide's own text: block by block, named
 * by its first line.
 */
final class GuideChart {

  private static final Pattern FILE =
      Pattern.compile("```yaml\\n# helm/([-a-z]+)/(\\S+)\\n(.*?)```", Pattern.DOTALL);

  private static final Pattern SNIPPET =
      Pattern.compile("```yaml\\n(service:.*?)```", Pattern.DOTALL);

  private GuideChart() {}

  static Chart in(ChartWorkspace workspace) {
    String name = "";
    Map<String, String> files = new LinkedHashMap<>();
    Matcher matcher = FILE.matcher(text());
    while (matcher.find()) {
      name = matcher.group(1);
      files.put(matcher.group(2), matcher.group(3));
    }
    if (!files.keySet().containsAll(List.of("Chart.yaml", "values.yaml", "templates/all.yaml"))) {
      throw new IllegalStateException(
          "docs/helm.md: files " + files.keySet() + " (expected: a whole chart)");
    }
    files.put("ci/default-values.yaml", "{}\n");
    files.put("ci/everything-values.yaml", EVERYTHING);
    return workspace.scaffold(name, files);
  }

  /** The guide's other YAML: values of some service, each block by itself. */
  static List<String> snippets() {
    return SNIPPET.matcher(text()).results().map(result -> result.group(1)).toList();
  }

  /** The guide with every run of blanks and line ends as one blank. */
  static String flowing() {
    return text().replaceAll("\\s+", " ");
  }

  private static String text() {
    return ChartWorkspace.text(ChartWorkspace.sources().resolveSibling("docs").resolve("helm.md"));
  }

  /** Every value away from its default, as far as one file can. */
  static final String EVERYTHING =
      """
      global: {region: north}
      service:
        name: stock
        replicas: 3
        image: {repository: registry.example.com/shop/stock, tag: 1.2.3, pullPolicy: Always, pullSecrets: [registry]}
        ports: {grpc: 7001, http: 7002}
        memoryMi: 1000
        cpuRequest: "2"
        tmpSizeMi: 17
        minReadySeconds: 7
        shutdown: {preStopSeconds: 3, drainDelaySeconds: 0, gracePeriodSeconds: 41, terminationGracePeriodSeconds: 61}
        probes:
          startup: {periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 90}
          liveness: {periodSeconds: 11, timeoutSeconds: 3, failureThreshold: 4}
          readiness: {periodSeconds: 4, timeoutSeconds: 1, failureThreshold: 1}
        disruptionBudget: {enabled: true, maxUnavailable: 2}
        monitoring:
          labels: {release: watch}
          serviceMonitor: {enabled: true, intervalSeconds: 20}
          alerts:
            enabled: true
            runbook: https://docs.example.com/runbook
            disabled: [GrpcNoTraffic]
            thresholds:
              errorBudget: 0.002
              minCallsPerHour: 1000
              latencySeconds: 0.25
              deadlineRatio: 0.02
              streamFailureRatio: 0.2
              retryAmplification: 1.2
              shedRatio: 0.02
              executorUse: 0.8
              rateLimitedRatio: 0.1
          dashboard: {enabled: true, label: dashboards}
        channels:
          ledger: {service: ledger-service, port: 9092, namespace: money}
          tax: {target: "dns:///tax.example.com:443"}
        settings:
          platform: {server: {reflection: {enabled: false}}}
          spring: {application: {name: stock}}
          logging.level.root: warn
        secretEnv:
          SPRING_DATASOURCE_PASSWORD: {secret: stock-database, key: password}
      """;
}
