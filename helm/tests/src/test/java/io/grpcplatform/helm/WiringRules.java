package io.grpcplatform.helm;

import static io.grpcplatform.helm.Workload.elements;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpcplatform.helm.Manifests.Manifest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules about objects that must find each other. */
final class WiringRules {

  private static final String SHEDDING_MODE = "/platform/loadshedding/mode";

  private WiringRules() {}

  static Stream<String> selectors(Manifests release) {
    List<JsonNode> pods =
        Workload.of(release).map(workload -> workload.template().at("/metadata/labels")).toList();
    Stream<Map.Entry<String, JsonNode>> selectors =
        Stream.of(
                release
                    .kind("Deployment")
                    .map(object -> entry(object, "/spec/selector/matchLabels")),
                release.kind("Service").map(object -> entry(object, "/spec/selector")),
                release
                    .kind("PodDisruptionBudget")
                    .map(object -> entry(object, "/spec/selector/matchLabels")),
                release
                    .kind("Deployment")
                    .flatMap(
                        object ->
                            elements(object.at("/spec/template/spec/topologySpreadConstraints"))
                                .map(
                                    spread ->
                                        Map.entry(
                                            object + " spread",
                                            spread.at("/labelSelector/matchLabels")))))
            .flatMap(entries -> entries);
    return selectors
        .filter(
            selector ->
                selector.getValue().size() < 2
                    || pods.stream().noneMatch(pod -> selects(selector.getValue(), pod)))
        .map(selector -> selector + " (expected: name and instance of the pods, " + pods + ")");
  }

  static Stream<String> servicePorts(Manifests release) {
    Set<String> open =
        Workload.of(release)
            .flatMap(workload -> elements(workload.container().path("ports")))
            .flatMap(
                port -> Stream.of(port.path("name").asText(), port.path("containerPort").asText()))
            .collect(Collectors.toSet());
    Stream<String> unresolved =
        release
            .kind("Service")
            .flatMap(service -> elements(service.at("/spec/ports")))
            .map(port -> port.path("targetPort").asText())
            .filter(target -> !open.contains(target))
            .map(target -> "targetPort " + target + " (expected: one of " + open + ")");
    // A headless Service does no translation: callers dial its port on the pod itself.
    Stream<String> translated =
        Workload.of(release)
            .flatMap(
                workload ->
                    release
                        .kind("Service")
                        .flatMap(service -> elements(service.at("/spec/ports")))
                        .filter(
                            port ->
                                !workload
                                    .port(port.path("targetPort").asText())
                                    .equals(Optional.of(port.path("port").asInt())))
                        .map(port -> "port " + port + " (expected: the container's own number)"));
    return Stream.concat(unresolved, translated);
  }

  static Stream<String> probes(Manifests release) {
    Map<String, String> asked =
        Map.of(
            "startupProbe", "liveness", "livenessProbe", "liveness", "readinessProbe", "readiness");
    return Workload.of(release)
        .flatMap(
            workload ->
                asked.entrySet().stream()
                    .map(
                        probe -> {
                          JsonNode grpc = workload.container().path(probe.getKey()).path("grpc");
                          boolean right =
                              grpc.path("port").isInt()
                                  && grpc.path("port").asInt() == workload.port("grpc").orElse(-1)
                                  && grpc.path("service").asText().equals(probe.getValue());
                          return right
                              ? ""
                              : probe.getKey()
                                  + " "
                                  + grpc
                                  + " (expected: gRPC port, service "
                                  + probe.getValue()
                                  + ")";
                        })
                    .filter(violation -> !violation.isEmpty()));
  }

  static Stream<String> volumes(Manifests release) {
    Set<String> configs = release.kind("ConfigMap").map(Manifest::name).collect(Collectors.toSet());
    return Workload.of(release)
        .flatMap(
            workload -> {
              Set<String> volumes = names(elements(workload.pod().path("volumes")));
              Set<String> mounts =
                  names(
                      workload.containers().stream()
                          .flatMap(container -> elements(container.path("volumeMounts"))));
              Stream<String> unmatched =
                  volumes.equals(mounts)
                      ? Stream.empty()
                      : Stream.of(
                          "volumes " + volumes + ", mounts " + mounts + " (expected: the same)");
              Stream<String> missing =
                  elements(workload.pod().path("volumes"))
                      .filter(volume -> volume.has("configMap"))
                      .map(volume -> volume.at("/configMap/name").asText())
                      .filter(name -> !configs.contains(name))
                      .map(name -> "ConfigMap " + name + " (expected: one of " + configs + ")");
              return Stream.concat(unmatched, missing);
            });
  }

  /** A file mounted by subPath never changes again; a directory follows its ConfigMap. */
  static Stream<String> settingsDirectory(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload -> {
              String location = workload.variable("SPRING_CONFIG_ADDITIONAL_LOCATION");
              boolean mounted =
                  elements(workload.container().path("volumeMounts"))
                      .anyMatch(
                          mount ->
                              location.equals("file:" + mount.path("mountPath").asText() + "/")
                                  && mount.path("readOnly").asBoolean()
                                  && !mount.has("subPath"));
              return mounted && workload.settings().size() > 0
                  ? Stream.empty()
                  : Stream.of(
                      "settings at '"
                          + location
                          + "' (expected: a read-only directory with application.yaml)");
            });
  }

  /** A pod that has too much to do refuses some calls; another one may have room for them. */
  static Stream<String> loadShedding(Manifests release) {
    return Workload.of(release)
        .map(workload -> workload.settings().at(SHEDDING_MODE).asText())
        .filter(mode -> !mode.equals("enforce"))
        .map(mode -> SHEDDING_MODE + " '" + mode + "' (expected: enforce)");
  }

  static Stream<String> settingsPorts(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload ->
                Map.of("grpc", "/platform/server/port", "http", "/server/port").entrySet().stream()
                    .filter(
                        port ->
                            workload.port(port.getKey()).orElse(-1)
                                != workload.settings().at(port.getValue()).asInt(-1))
                    .map(
                        port ->
                            port.getValue()
                                + " "
                                + workload.settings().at(port.getValue())
                                + " (expected: container port "
                                + port.getKey()
                                + ")"));
  }

  static Stream<String> checksum(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload -> {
              Set<String> sums =
                  release
                      .kind("ConfigMap")
                      .map(config -> sha256(config.at("/data/application.yaml").asText().strip()))
                      .collect(Collectors.toSet());
              String sum =
                  workload.template().at("/metadata/annotations/checksum~1config").asText();
              return sums.contains(sum)
                  ? Stream.empty()
                  : Stream.of("checksum '" + sum + "' (expected: " + sums + ")");
            });
  }

  static Stream<String> serviceAccount(Manifests release) {
    Set<String> accounts =
        release.kind("ServiceAccount").map(Manifest::name).collect(Collectors.toSet());
    return Workload.of(release)
        .map(workload -> workload.pod().path("serviceAccountName").asText())
        .filter(account -> !accounts.contains(account))
        .map(account -> "serviceAccountName '" + account + "' (expected: one of " + accounts + ")");
  }

  /** Callers and the chart agree on two names: the service's own, and the same with -headless. */
  static Stream<String> bothServices(Manifests release) {
    return release
        .kind("Deployment")
        .flatMap(
            deployment -> {
              boolean balanced =
                  service(release, deployment.name())
                      .anyMatch(service -> !service.at("/spec").has("clusterIP"));
              boolean headless =
                  service(release, deployment.name() + "-headless")
                      .anyMatch(service -> service.at("/spec/clusterIP").asText().equals("None"));
              return balanced && headless
                  ? Stream.empty()
                  : Stream.of(
                      deployment
                          + ": "
                          + release.kind("Service").toList()
                          + " (expected: ClusterIP and headless)");
            });
  }

  private static Stream<Manifest> service(Manifests release, String name) {
    return release
        .kind("Service")
        .filter(service -> service.name().equals(name))
        .filter(service -> service.at("/spec/type").asText().equals("ClusterIP"))
        .filter(
            service ->
                elements(service.at("/spec/ports"))
                    .anyMatch(
                        port ->
                            port.path("name").asText().equals("grpc")
                                && port.path("appProtocol").asText().equals("kubernetes.io/h2c")));
  }

  private static Map.Entry<String, JsonNode> entry(Manifest object, String pointer) {
    return Map.entry(object.toString(), object.at(pointer));
  }

  private static boolean selects(JsonNode selector, JsonNode labels) {
    return selector.properties().stream()
        .allMatch(label -> label.getValue().equals(labels.path(label.getKey())));
  }

  private static Set<String> names(Stream<JsonNode> named) {
    return named.map(node -> node.path("name").asText()).collect(Collectors.toSet());
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
