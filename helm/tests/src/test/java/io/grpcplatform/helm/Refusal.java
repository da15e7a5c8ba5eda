package io.grpcplatform.helm;

import java.util.List;
import java.util.stream.Stream;

/** Values that must fail the render of the order service's chart, and what the message must say. */
record Refusal(String values, String kubernetes, String message) {

  private static final String SUM = " = preStop %d + drain %d + grace %d + 5";

  static Stream<Refusal> all() {
    return Stream.of(cluster(), shutdown(), names(), settings(), variables(), channels())
        .flatMap(List::stream);
  }

  private static List<Refusal> cluster() {
    return List.of(new Refusal("{}", "1.29.9", "Kubernetes: v1.29.9 (expected: >= 1.30"));
  }

  private static List<Refusal> shutdown() {
    return List.of(
        refusal(
            "service: {shutdown: {terminationGracePeriodSeconds: 34}}",
            "terminationGracePeriodSeconds: 34 (expected: >= 35" + SUM.formatted(5, 5, 20)),
        refusal(
            "service: {shutdown: {preStopSeconds: 6, terminationGracePeriodSeconds: 35}}",
            "terminationGracePeriodSeconds: 35 (expected: >= 36" + SUM.formatted(6, 5, 20)),
        refusal(
            "service: {shutdown: {drainDelaySeconds: 0, gracePeriodSeconds: 61, terminationGracePeriodSeconds: 1}}",
            "terminationGracePeriodSeconds: 1 (expected: >= 71" + SUM.formatted(5, 0, 61)));
  }

  private static List<Refusal> names() {
    return List.of(
        refusal("servise: {replicas: 3}", "servise: unknown value (expected: service, global"),
        refusal("replicas: 3", "replicas: unknown value"),
        refusal(
            "service: {image: {repository: ''}}",
            "service.image.repository: \"\" (expected: the image"),
        refusal(
            "service: {image: {tag: %s}}".formatted("a".repeat(64)),
            "(expected: an image tag of up to 63"),
        refusal(
            "service: {ports: {http: 9090}}", "service.ports.http: 9090 (expected: another port"),
        refusal(
            "service: {ports: {http: 0}, monitoring: {serviceMonitor: {enabled: true}}}",
            "service.monitoring.serviceMonitor.enabled: true (expected: false, or"));
  }

  private static List<Refusal> settings() {
    return Stream.of(
            "platform: {server: {port: 1}}",
            "platform.server.port: 1",
            "platform: {server.port: 1}",
            "platform: {server: {shutdown: {grace-period: 1s}}}",
            "platform: {server: {shutdown.drainDelay: 1s}}",
            "PLATFORM: {SERVER: {SHUTDOWN: {DRAIN_DELAY: 1s}}}",
            "server: {port: 1}",
            "server.port: 1",
            "spring: {lifecycle: {timeout-per-shutdown-phase: 1s}}",
            "spring.lifecycle.timeoutPerShutdownPhase: 1s",
            "spring: {lifecycle: {timeout_per_shutdown_phase: 1s}}")
        .map(
            setting ->
                refusal(
                    "service: {settings: {%s}}".formatted(setting),
                    "the chart computes this setting"))
        .toList();
  }

  private static List<Refusal> variables() {
    return Stream.of(
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "SERVER_PORT",
            "SPRING_CONFIG_LOCATION",
            "SPRING_APPLICATION_JSON",
            "SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE",
            "PLATFORM_SERVER_PORT",
            "PLATFORM_SERVER_SHUTDOWN_GRACEPERIOD")
        .map(
            name ->
                refusal(
                    "service: {secretEnv: {%s: {secret: s, key: k}}}".formatted(name),
                    "service.secretEnv: " + name + " (expected: no variable that the chart sets"))
        .toList();
  }

  private static List<Refusal> channels() {
    return Stream.of(
            "{}",
            "{port: 9091}",
            "{namespace: money}",
            "{target: 'dns:///tax:443', namespace: money}",
            "{target: 'dns:///tax:443', port: 443}",
            "{target: 'dns:///tax:443', service: tax, port: 443}")
        .map(
            channel ->
                refusal("service: {channels: {tax: %s}}".formatted(channel), "at '/channels/tax'"))
        .toList();
  }

  private static Refusal refusal(String values, String message) {
    return new Refusal(values, Chart.KUBERNETES, message);
  }

  @Override
  public String toString() {
    return values + " on " + kubernetes;
  }
}
