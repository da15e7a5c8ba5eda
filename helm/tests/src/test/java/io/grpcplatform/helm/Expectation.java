package io.grpcplatform.helm;

import java.util.stream.Stream;

/**
 * What values given to the order service's chart become in one field of one kind of object; all in
 * YAML.
 */
record Expectation(String values, String kind, String pointer, String expected) {

  private static final String POD = "/spec/template/spec";
  private static final String CONTAINER = POD + "/containers/0";

  static Stream<Expectation> all() {
    String secret = "service: {secretEnv: {A_KEY: {secret: keys, key: a.key}}}";
    String image =
        "service: {image: {repository: registry.example.com/orders, tag: v7, pullSecrets: [one, two]}}";
    return Stream.of(
        pod(image, CONTAINER + "/image", "registry.example.com/orders:v7"),
        pod(image, "/spec/template/metadata/labels/app.kubernetes.io~1version", "v7"),
        pod(image, POD + "/imagePullSecrets", "[{name: one}, {name: two}]"),
        pod("{}", CONTAINER + "/image", "sample-order-service:0.1.0"),
        pod("{}", POD + "/imagePullSecrets", ""),
        pod(
            secret,
            CONTAINER + "/env/2",
            "{name: A_KEY, valueFrom: {secretKeyRef: {name: keys, key: a.key}}}"),
        pod("{}", CONTAINER + "/env/2", ""),
        pod("{}", CONTAINER + "/terminationMessagePolicy", "FallbackToLogsOnError"),
        pod(
            "{}",
            CONTAINER + "/livenessProbe",
            "{grpc: {port: 9090, service: liveness}, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3}"),
        pod("{}", POD + "/topologySpreadConstraints/0/topologyKey", "topology.kubernetes.io/zone"),
        pod("{}", POD + "/topologySpreadConstraints/1/topologyKey", "kubernetes.io/hostname"),
        pod("{}", POD + "/topologySpreadConstraints/1/matchLabelKeys", "[pod-template-hash]"),
        pod("{}", POD + "/topologySpreadConstraints/1/whenUnsatisfiable", "ScheduleAnyway"),
        new Expectation(
            "{}",
            "Service",
            "/spec/ports/1",
            "{name: http, port: 8080, targetPort: http, appProtocol: http}"),
        new Expectation("service: {name: shop}", "ConfigMap", "/metadata/name", "shop"),
        channel("{service: ledger, port: 9092}", "dns:///ledger-headless:9092"),
        channel(
            "{service: ledger, port: 9092, namespace: money}", "dns:///ledger-headless.money:9092"),
        channel("{target: 'unix:/run/ledger'}", "unix:/run/ledger"));
  }

  /** Whether a release of the chart, rendered with {@link #values}, says so. */
  boolean isMetBy(Manifests release) {
    var object = release.kind(kind).findFirst().orElseThrow();
    if (kind.equals("ConfigMap") && pointer.startsWith("/platform")) {
      return Yaml.parse(object.at("/data/application.yaml").asText())
          .at(pointer)
          .asText()
          .equals(expected);
    }
    return expected.isEmpty()
        ? object.at(pointer).isMissingNode()
        : object.at(pointer).equals(Yaml.parse(expected));
  }

  private static Expectation pod(String values, String pointer, String expected) {
    return new Expectation(values, "Deployment", pointer, expected);
  }

  private static Expectation channel(String channel, String target) {
    return new Expectation(
        "service: {channels: {ledger: %s}}".formatted(channel),
        "ConfigMap",
        "/platform/client/channels/ledger/target",
        target);
  }
}
