package io.grpcplatform.helm;

import static io.grpcplatform.helm.Workload.elements;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The restricted Pod Security Standard, and a little more. */
final class SecurityRules {

  private SecurityRules() {}

  static Stream<String> restricted(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload ->
                workload.containers().stream()
                    .flatMap(container -> restricted(workload.pod(), container)));
  }

  static Stream<String> tokens(Manifests release) {
    Stream<JsonNode> accounts = release.kind("ServiceAccount").map(account -> account.tree());
    return Stream.concat(accounts, Workload.of(release).map(Workload::pod))
        .map(holder -> holder.path("automountServiceAccountToken"))
        .filter(mounted -> !mounted.isBoolean() || mounted.asBoolean())
        .map(mounted -> "automountServiceAccountToken '" + mounted + "' (expected: false)");
  }

  /**
   * Kubernetes would set variables such as PAYMENT_PORT=tcp://…, which Spring binds to settings.
   */
  static Stream<String> serviceLinks(Manifests release) {
    return Workload.of(release)
        .map(workload -> workload.pod().path("enableServiceLinks"))
        .filter(links -> !links.isBoolean() || links.asBoolean())
        .map(links -> "enableServiceLinks '" + links + "' (expected: false)");
  }

  static Stream<String> writableSpace(Manifests release) {
    return Workload.of(release)
        .flatMap(
            workload -> {
              Stream<String> unsized =
                  elements(workload.pod().path("volumes"))
                      .filter(volume -> volume.has("emptyDir"))
                      .filter(
                          volume -> !volume.at("/emptyDir/sizeLimit").asText().matches("\\d+Mi"))
                      .map(volume -> volume + " (expected: a sizeLimit)");
              boolean tmp =
                  elements(workload.container().path("volumeMounts"))
                      .anyMatch(
                          mount ->
                              mount.path("mountPath").asText().equals("/tmp")
                                  && !mount.path("readOnly").asBoolean());
              return Stream.concat(
                  unsized, tmp ? Stream.empty() : Stream.of("no writable /tmp (expected: one)"));
            });
  }

  private static Stream<String> restricted(JsonNode pod, JsonNode container) {
    Map<String, Boolean> demands = new LinkedHashMap<>();
    JsonNode own = container.path("securityContext");
    JsonNode shared = pod.path("securityContext");
    demands.put(
        "runAsNonRoot", shared.path("runAsNonRoot").asBoolean() && !own.has("runAsNonRoot"));
    demands.put("runAsUser", shared.path("runAsUser").asInt() >= 10000 && !own.has("runAsUser"));
    demands.put("runAsGroup", shared.path("runAsGroup").asInt() >= 10000);
    demands.put("fsGroup", shared.path("fsGroup").asInt() >= 10000);
    demands.put(
        "seccompProfile", shared.at("/seccompProfile/type").asText().equals("RuntimeDefault"));
    demands.put("privileged", !own.path("privileged").asBoolean());
    demands.put(
        "allowPrivilegeEscalation",
        own.path("allowPrivilegeEscalation").isBoolean()
            && !own.path("allowPrivilegeEscalation").asBoolean());
    demands.put("readOnlyRootFilesystem", own.path("readOnlyRootFilesystem").asBoolean());
    demands.put("capabilities.drop", own.at("/capabilities/drop").toString().equals("[\"ALL\"]"));
    demands.put("capabilities.add", !own.path("capabilities").has("add"));
    demands.put(
        "host namespaces", Stream.of("hostNetwork", "hostPID", "hostIPC").noneMatch(pod::has));
    demands.put(
        "host ports", elements(container.path("ports")).noneMatch(port -> port.has("hostPort")));
    demands.put(
        "host paths", elements(pod.path("volumes")).noneMatch(volume -> volume.has("hostPath")));
    return demands.entrySet().stream()
        .filter(demand -> !demand.getValue())
        .map(
            demand ->
                demand.getKey()
                    + " in "
                    + shared
                    + " / "
                    + own
                    + " (expected: the restricted standard)");
  }
}
