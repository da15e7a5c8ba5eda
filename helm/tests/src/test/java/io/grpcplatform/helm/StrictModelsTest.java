package io.grpcplatform.helm;

import static io.grpcplatform.helm.Breakage.set;
import static io.grpcplatform.helm.Breakage.without;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Structural faults that Kubernetes would refuse, and that the two models together must refuse. */
class StrictModelsTest {

  private static final Manifests SOUND =
      ChartWorkspace.fresh("models").chart("sample-payment-service").render(Monitoring.ON);

  private static final String DEPLOYMENT = "Deployment/sample-payment-service";
  private static final String SERVICE = "Service/sample-payment-service";
  private static final String BUDGET = "PodDisruptionBudget/sample-payment-service";
  private static final String MONITOR = "ServiceMonitor/sample-payment-service";
  private static final String ALERTS = "PrometheusRule/sample-payment-service";
  private static final String POD = "/spec/template/spec";
  private static final String CONTAINER = POD + "/containers/0";

  static Stream<Breakage> faults() {
    return Stream.of(
        set(DEPLOYMENT, "/spec/replica", "2"),
        set(DEPLOYMENT, POD + "/terminationGracePeriod", "35"),
        set(DEPLOYMENT, CONTAINER + "/livenessProbe/grpc/path", "/"),
        set(DEPLOYMENT, CONTAINER + "/livenessProbe/grpc/port", "grpc"),
        set(DEPLOYMENT, CONTAINER + "/lifecycle/preStop/sleep/seconds", "5s"),
        set(DEPLOYMENT, "/spec/replicas", "\"2\""),
        set(DEPLOYMENT, POD + "/enableServiceLinks", "\"no\""),
        set(DEPLOYMENT, POD + "/terminationGracePeriodSeconds", "35.5"),
        set(DEPLOYMENT, CONTAINER + "/env/0/value", "5"),
        set(DEPLOYMENT, CONTAINER + "/env/0/value", "true"),
        set(DEPLOYMENT, CONTAINER + "/resources/limits/memory", "much"),
        set(DEPLOYMENT, POD + "/containers", "{}"),
        without(DEPLOYMENT, "/spec/selector"),
        without(DEPLOYMENT, CONTAINER + "/name"),
        without(DEPLOYMENT, CONTAINER + "/livenessProbe/grpc/port"),
        without(DEPLOYMENT, CONTAINER + "/ports/0/containerPort"),
        without(DEPLOYMENT, POD + "/topologySpreadConstraints/0/topologyKey"),
        set(DEPLOYMENT, "/spec/template/metadata/annotations/checksum~1config", "12"),
        set(SERVICE, "/spec/selectors", "{}"),
        set(SERVICE, "/spec/ports/0/port", "\"9091\""),
        without(SERVICE, "/spec/ports/0/port"),
        set("ConfigMap/sample-payment-service", "/data/application.yaml", "{a: 1}"),
        set("ServiceAccount/sample-payment-service", "/automountServiceAccountToken", "\"false\""),
        set(BUDGET, "/spec/minReady", "1"),
        set(BUDGET, "/apiVersion", "policy/v1beta1"),
        set(SERVICE, "/kind", "Services"),
        set(MONITOR, "/spec/endpoints/0/targetport", "http"),
        without(MONITOR, "/spec/endpoints/0/port"),
        without(MONITOR, "/spec/selector"),
        set(ALERTS, "/spec/groups/0/rules/0/duration", "5m"),
        set(ALERTS, "/spec/groups/0/rules/0/labels/severity", "1"),
        without(ALERTS, "/spec/groups/0/rules/0/expr"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void modelsRefuseAStructuralFault(Breakage fault) {
    Manifests broken = fault.in(SOUND);

    List<String> found =
        broken.objects().stream().flatMap(object -> StrictModels.faults(object).stream()).toList();

    assertThat(found).isNotEmpty();
  }

  @Test
  void modelsAcceptTheSoundRelease() {
    assertThat(SOUND.objects())
        .allSatisfy(object -> assertThat(StrictModels.faults(object)).isEmpty());
  }
}
