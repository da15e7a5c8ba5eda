package io.grpcplatform.helm;

import static io.grpcplatform.helm.Breakage.replaced;
import static io.grpcplatform.helm.Breakage.set;
import static io.grpcplatform.helm.Breakage.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A sound release, broken in one place at a time: each rule must see its breakages. */
class RuleTest {

  private static final Manifests SOUND =
      ChartWorkspace.fresh("rules").chart("sample-order-service").render(Monitoring.ON);

  private static final String DEPLOYMENT = "Deployment/sample-order-service";
  private static final String SERVICE = "Service/sample-order-service";
  private static final String HEADLESS = "Service/sample-order-service-headless";
  private static final String CONFIG = "ConfigMap/sample-order-service";
  private static final String ACCOUNT = "ServiceAccount/sample-order-service";
  private static final String BUDGET = "PodDisruptionBudget/sample-order-service";
  private static final String MONITOR = "ServiceMonitor/sample-order-service";
  private static final String ALERTS = "PrometheusRule/sample-order-service";
  private static final String DASHBOARD = "ConfigMap/sample-order-service-grafana";
  private static final String POD = "/spec/template/spec";
  private static final String CONTAINER = POD + "/containers/0";
  private static final String FLAGS = CONTAINER + "/env/1/value";
  private static final String SETTINGS = "/data/application.yaml";

  static Stream<Arguments> breakages() {
    return Stream.of(naming(), wiring(), shutdown(), security(), resources(), monitoring())
        .flatMap(
            corpus ->
                corpus.entrySet().stream()
                    .flatMap(
                        rule ->
                            rule.getValue().stream()
                                .map(breakage -> arguments(rule.getKey(), breakage))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("breakages")
  void ruleRejectsManifestBrokenInOnePlace(Rule rule, Breakage breakage) {
    Manifests broken = breakage.in(SOUND);

    List<String> violations = rule.violations(broken);

    assertThat(violations).isNotEmpty();
  }

  @Test
  void everyRuleAcceptsTheSoundRelease() {
    assertThat(Rule.findings(SOUND)).isEmpty();
  }

  @Test
  void everyRuleIsProvenByABrokenManifest() {
    Set<Rule> proven =
        breakages()
            .map(arguments -> (Rule) arguments.get()[0])
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Rule.class)));

    assertThat(proven).containsExactlyInAnyOrder(Rule.values());
  }

  @Test
  void sameObjectTwiceIsSeen() {
    Manifests twice =
        new Manifests(Stream.concat(SOUND.objects().stream(), SOUND.kind("Deployment")).toList());

    assertThat(Rule.OBJECTS_ARE_UNIQUE.violations(twice)).hasSize(1);
  }

  private static Map<Rule, List<Breakage>> naming() {
    return Map.of(
        Rule.NAMES_ARE_DNS_LABELS,
        List.of(
            set(SERVICE, "/metadata/name", "Orders"),
            set(CONFIG, "/metadata/name", "orders.config"),
            set(DEPLOYMENT, "/metadata/name", "o".repeat(64)),
            set(DEPLOYMENT, CONTAINER + "/name", "order_service"),
            set(DEPLOYMENT, POD + "/volumes/1/name", "-tmp")),
        Rule.PORT_NAMES_ARE_SHORT,
        List.of(
            set(SERVICE, "/spec/ports/0/name", "grpc-of-the-orders"),
            set(HEADLESS, "/spec/ports/0/name", "gRPC"),
            set(DEPLOYMENT, CONTAINER + "/ports/0/name", "\"9090\"")),
        Rule.OBJECTS_ARE_UNIQUE,
        List.of(set(HEADLESS, "/metadata/name", "sample-order-service")),
        Rule.LABELS_ARE_VALID,
        List.of(
            set(CONFIG, "/metadata/labels/app.kubernetes.io~1version", "1.0+build"),
            set(DEPLOYMENT, "/spec/template/metadata/labels/x", "a".repeat(64))),
        Rule.OBJECTS_NAME_THEIR_RELEASE,
        List.of(
            without(CONFIG, "/metadata/labels/helm.sh~1chart"),
            without(HEADLESS, "/metadata/labels"),
            without(ACCOUNT, "/metadata/namespace"),
            set(BUDGET, "/metadata/namespace", "other")),
        Rule.WORDS_ARE_KNOWN,
        List.of(
            set(DEPLOYMENT, CONTAINER + "/imagePullPolicy", "Sometimes"),
            set(DEPLOYMENT, POD + "/topologySpreadConstraints/0/whenUnsatisfiable", "Schedule"),
            set(DEPLOYMENT, POD + "/securityContext/seccompProfile/type", "Runtime"),
            set(BUDGET, "/spec/unhealthyPodEvictionPolicy", "Always"),
            set(SERVICE, "/spec/type", "ClusterIp"),
            set(SERVICE, "/spec/ports/0/appProtocol", "h2c")));
  }

  private static Map<Rule, List<Breakage>> wiring() {
    return Map.of(
        Rule.SELECTORS_FIND_THE_PODS,
        List.of(
            set(SERVICE, "/spec/selector/app.kubernetes.io~1name", "orders"),
            without(HEADLESS, "/spec/selector/app.kubernetes.io~1instance"),
            set(BUDGET, "/spec/selector/matchLabels/app.kubernetes.io~1instance", "other"),
            set(DEPLOYMENT, "/spec/selector/matchLabels/app.kubernetes.io~1name", "orders"),
            set(
                DEPLOYMENT,
                POD
                    + "/topologySpreadConstraints/1/labelSelector/matchLabels/app.kubernetes.io~1name",
                "x"),
            without(DEPLOYMENT, "/spec/template/metadata/labels/app.kubernetes.io~1name")),
        Rule.SERVICE_PORTS_RESOLVE,
        List.of(
            set(SERVICE, "/spec/ports/0/targetPort", "rpc"),
            set(HEADLESS, "/spec/ports/0/port", "80"),
            without(DEPLOYMENT, CONTAINER + "/ports/1")),
        Rule.PROBES_ASK_THE_GRPC_PORT,
        List.of(
            set(DEPLOYMENT, CONTAINER + "/livenessProbe/grpc/port", "grpc"),
            set(DEPLOYMENT, CONTAINER + "/readinessProbe/grpc/port", "8080"),
            set(DEPLOYMENT, CONTAINER + "/readinessProbe/grpc/service", "liveness"),
            set(DEPLOYMENT, CONTAINER + "/livenessProbe/grpc/service", "readiness"),
            without(DEPLOYMENT, CONTAINER + "/startupProbe")),
        Rule.VOLUMES_RESOLVE,
        List.of(
            set(DEPLOYMENT, POD + "/volumes/0/configMap/name", "other"),
            without(DEPLOYMENT, POD + "/volumes/1"),
            without(DEPLOYMENT, CONTAINER + "/volumeMounts/1")),
        Rule.SETTINGS_ARE_A_DIRECTORY,
        List.of(
            set(DEPLOYMENT, CONTAINER + "/volumeMounts/0/subPath", "application.yaml"),
            set(DEPLOYMENT, CONTAINER + "/volumeMounts/0/mountPath", "/etc/other"),
            without(DEPLOYMENT, CONTAINER + "/volumeMounts/0/readOnly"),
            set(DEPLOYMENT, CONTAINER + "/env/0/value", "file:/etc/service"),
            set(CONFIG, SETTINGS, "\"{}\"")),
        Rule.SETTINGS_NAME_THE_PORTS,
        List.of(
            replaced(CONFIG, SETTINGS, "port: 9090", "port: 9091"),
            replaced(CONFIG, SETTINGS, "port: 8080", "port: 8081"),
            set(DEPLOYMENT, CONTAINER + "/ports/0/containerPort", "9091")),
        Rule.LOAD_IS_SHED,
        List.of(
            replaced(CONFIG, SETTINGS, "mode: enforce", "mode: observe"),
            replaced(CONFIG, SETTINGS, "loadshedding", "load-shedding")),
        Rule.CHECKSUM_FOLLOWS_SETTINGS,
        List.of(
            replaced(CONFIG, SETTINGS, "20s", "21s"),
            without(DEPLOYMENT, "/spec/template/metadata/annotations")),
        Rule.SERVICE_ACCOUNT_EXISTS,
        List.of(
            set(ACCOUNT, "/metadata/name", "other"),
            without(DEPLOYMENT, POD + "/serviceAccountName")),
        Rule.BOTH_SERVICES_EXIST,
        List.of(
            without(HEADLESS, "/spec/clusterIP"),
            set(SERVICE, "/spec/clusterIP", "None"),
            set(HEADLESS, "/metadata/name", "sample-order-service-pods"),
            set(SERVICE, "/spec/type", "NodePort"),
            without(HEADLESS, "/spec/ports/0/appProtocol")));
  }

  private static Map<Rule, List<Breakage>> shutdown() {
    return Map.of(
        Rule.GRACE_COVERS_THE_SHUTDOWN,
        List.of(
            set(DEPLOYMENT, POD + "/terminationGracePeriodSeconds", "34"),
            without(DEPLOYMENT, POD + "/terminationGracePeriodSeconds"),
            set(DEPLOYMENT, CONTAINER + "/lifecycle/preStop/sleep/seconds", "6"),
            without(DEPLOYMENT, CONTAINER + "/lifecycle"),
            replaced(CONFIG, SETTINGS, "drain-delay: 5s", "drain-delay: 6s"),
            replaced(CONFIG, SETTINGS, "drain-delay: 5s", "drain: 5s"),
            replaced(CONFIG, SETTINGS, "grace-period: 20s", "grace-period: 21s")),
        Rule.SPRING_WAITS_FOR_THE_DRAIN,
        List.of(
            replaced(CONFIG, SETTINGS, "phase: 27s", "phase: 24s"),
            replaced(CONFIG, SETTINGS, "phase: 27s", "phase: 30s"),
            replaced(CONFIG, SETTINGS, "timeout-per-shutdown-phase", "timeout")),
        Rule.ROLLOUT_KEEPS_CAPACITY,
        List.of(
            set(DEPLOYMENT, "/spec/strategy/rollingUpdate/maxUnavailable", "1"),
            set(DEPLOYMENT, "/spec/strategy/rollingUpdate/maxSurge", "0"),
            set(DEPLOYMENT, "/spec/strategy/type", "Recreate"),
            set(DEPLOYMENT, "/spec/replicas", "0"),
            set(DEPLOYMENT, "/spec/minReadySeconds", "4")),
        Rule.BUDGET_LETS_NODES_DRAIN,
        List.of(
            set(BUDGET, "/spec/maxUnavailable", "0"),
            set(BUDGET, "/spec/minAvailable", "2"),
            set(BUDGET, "/spec/unhealthyPodEvictionPolicy", "IfHealthyBudget")));
  }

  private static Map<Rule, List<Breakage>> security() {
    String own = CONTAINER + "/securityContext";
    String shared = POD + "/securityContext";
    return Map.of(
        Rule.PODS_ARE_RESTRICTED,
        List.of(
            without(DEPLOYMENT, shared + "/runAsNonRoot"),
            set(DEPLOYMENT, own + "/runAsNonRoot", "false"),
            set(DEPLOYMENT, shared + "/runAsUser", "0"),
            set(DEPLOYMENT, own + "/runAsUser", "0"),
            without(DEPLOYMENT, shared + "/runAsGroup"),
            without(DEPLOYMENT, shared + "/fsGroup"),
            set(DEPLOYMENT, shared + "/seccompProfile/type", "Unconfined"),
            set(DEPLOYMENT, own + "/privileged", "true"),
            without(DEPLOYMENT, own + "/allowPrivilegeEscalation"),
            set(DEPLOYMENT, own + "/readOnlyRootFilesystem", "false"),
            set(DEPLOYMENT, own + "/capabilities/drop", "[NET_RAW]"),
            set(DEPLOYMENT, own + "/capabilities/add", "[NET_ADMIN]"),
            set(DEPLOYMENT, POD + "/hostNetwork", "true"),
            set(DEPLOYMENT, CONTAINER + "/ports/0/hostPort", "9090"),
            set(DEPLOYMENT, POD + "/volumes/1", "{name: tmp, hostPath: {path: /tmp}}")),
        Rule.NO_TOKEN_IS_MOUNTED,
        List.of(
            without(ACCOUNT, "/automountServiceAccountToken"),
            set(DEPLOYMENT, POD + "/automountServiceAccountToken", "true")),
        Rule.NO_SERVICE_LINKS,
        List.of(without(DEPLOYMENT, POD + "/enableServiceLinks")),
        Rule.WRITABLE_SPACE_IS_SIZED,
        List.of(
            without(DEPLOYMENT, POD + "/volumes/1/emptyDir/sizeLimit"),
            set(DEPLOYMENT, CONTAINER + "/volumeMounts/1/mountPath", "/var/tmp")));
  }

  private static Map<Rule, List<Breakage>> resources() {
    return Map.of(
        Rule.MEMORY_IS_RESERVED,
        List.of(
            set(DEPLOYMENT, CONTAINER + "/resources/requests/memory", "512Mi"),
            without(DEPLOYMENT, CONTAINER + "/resources/limits"),
            without(DEPLOYMENT, CONTAINER + "/resources/requests/cpu"),
            set(DEPLOYMENT, CONTAINER + "/resources/limits/cpu", "\"1\"")),
        Rule.MEMORY_ADDS_UP,
        List.of(
            set(DEPLOYMENT, CONTAINER + "/resources/limits/memory", "512Mi"),
            replaced(DEPLOYMENT, FLAGS, "MaxRAMPercentage=53", "MaxRAMPercentage=54"),
            replaced(DEPLOYMENT, FLAGS, "MaxRAMPercentage=", "InitialRAMPercentage="),
            replaced(DEPLOYMENT, FLAGS, "MaxDirectMemorySize=102m", "MaxDirectMemorySize=112m"),
            replaced(DEPLOYMENT, FLAGS, "-XX:MaxMetaspaceSize=128m", ""),
            replaced(DEPLOYMENT, FLAGS, "-XX:ReservedCodeCacheSize=64m", ""),
            replaced(DEPLOYMENT, FLAGS, "-XX:+ExitOnOutOfMemoryError", "")),
        Rule.ADDRESSES_EXPIRE,
        List.of(
            replaced(
                DEPLOYMENT, FLAGS, "-Dnetworkaddress.cache.ttl=5", "-Dnetworkaddress.cache.ttl=-1"),
            replaced(DEPLOYMENT, FLAGS, "-Dsun.net.inetaddr.ttl=5", "")));
  }

  private static Map<Rule, List<Breakage>> monitoring() {
    String endpoint = "/spec/endpoints/0";
    String alert = "/spec/groups/0/rules/0";
    String dashboard = "/data/sample-order-service.json";
    return Map.of(
        Rule.PODS_ARE_SCRAPED,
        List.of(
            set(MONITOR, "/spec/selector/matchLabels/app.kubernetes.io~1name", "orders"),
            set(MONITOR, endpoint + "/port", "metrics"),
            without(MONITOR, endpoint + "/path"),
            set(MONITOR, endpoint + "/interval", "15"),
            set(MONITOR, endpoint + "/relabelings/0/targetLabel", "app"),
            set(MONITOR, endpoint + "/relabelings/0/replacement", "orders"),
            without(SERVICE, "/spec/ports/1")),
        Rule.ALERTS_ARE_THIS_SERVICES,
        List.of(
            replaced(ALERTS, alert + "/expr", "namespace=\"shop\",", ""),
            replaced(ALERTS, alert + "/expr", "sample-order-service", "orders"),
            replaced(ALERTS, alert + "/expr", "0.001", "${errorBudget}"),
            set(ALERTS, alert + "/labels/severity", "page"),
            without(ALERTS, alert + "/for"),
            without(ALERTS, alert + "/annotations/summary"),
            without(ALERTS, alert + "/annotations/description"),
            replaced(ALERTS, alert + "/annotations/runbook_url", "#grpc", "#")),
        Rule.DASHBOARD_IS_THIS_SERVICES,
        List.of(
            without(DASHBOARD, "/metadata/labels/grafana_dashboard"),
            replaced(DASHBOARD, dashboard, "gRPC: sample-order-service", "gRPC"),
            replaced(DASHBOARD, dashboard, "\"uid\":\"", "\"uid\":\"a-uid-that-is-longer-than-40-"),
            replaced(
                DASHBOARD, dashboard, "\"value\":\"sample-order-service\"", "\"value\":\"orders\""),
            replaced(DASHBOARD, dashboard, "\"value\":\"shop\"", "\"value\":\"other\""),
            replaced(DASHBOARD, dashboard, "{", "")));
  }
}
