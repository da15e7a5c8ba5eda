package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the templates refuse beyond the schema, and what they compute from the values they accept.
 */
class ValidationTest {

  private static final ChartWorkspace WORKSPACE = ChartWorkspace.fresh("validation");
  private static final Chart CHART = WORKSPACE.chart("sample-order-service");

  static Stream<Refusal> refusals() {
    return Refusal.all();
  }

  static Stream<Expectation> expectations() {
    return Expectation.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void refusedValuesFailTheRenderSayingWhatIsExpected(Refusal refusal) {
    assertThatThrownBy(() -> CHART.render(refusal.values(), refusal.kubernetes()))
        .hasMessageContaining(refusal.message());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("expectations")
  void acceptedValuesBecomeWhatTheyPromise(Expectation expectation) {
    Manifests release = CHART.render(expectation.values());

    assertThat(expectation.isMetBy(release)).isTrue();
    assertThat(Rule.findings(release)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {35, 36})
  void overrideThatCoversTheShutdownIsTaken(int seconds) {
    Manifests release =
        CHART.render("service: {shutdown: {terminationGracePeriodSeconds: %d}}".formatted(seconds));

    assertThat(pod(release).pod().path("terminationGracePeriodSeconds").asInt()).isEqualTo(seconds);
    assertThat(Rule.findings(release)).isEmpty();
  }

  @Test
  void podAndApplicationAreToldTheSameSeconds() {
    Manifests release =
        CHART.render(
            "service: {shutdown: {preStopSeconds: 3, drainDelaySeconds: 0, gracePeriodSeconds: 41}}");

    Workload pod = pod(release);
    assertThat(pod.pod().path("terminationGracePeriodSeconds").asInt()).isEqualTo(3 + 0 + 41 + 5);
    assertThat(pod.seconds("/platform/server/shutdown/drain-delay")).isZero();
    assertThat(pod.seconds("/platform/server/shutdown/grace-period")).isEqualTo(41);
    assertThat(pod.seconds("/spring/lifecycle/timeout-per-shutdown-phase")).isEqualTo(43);
  }

  @Test
  void withoutTheGuardALowOverrideRendersAndARuleSeesIt() {
    String low = "service: {shutdown: {terminationGracePeriodSeconds: 34}}";
    LibraryMutant unguarded = LibraryMutant.of("unguarded");
    unguarded.replace("_validate.tpl", "{{- include \"grpc-service.validateShutdown\" . }}\n", "");

    Manifests release = unguarded.chart().render(low);

    assertThat(Rule.GRACE_COVERS_THE_SHUTDOWN.violations(release)).hasSize(1);
    assertThatThrownBy(() -> CHART.render(low)).hasMessageContaining("expected: >= 35");
  }

  @Test
  void chartsNameThatIsNoHostNameFailsTheRender() {
    Chart chart = named("a".repeat(55));

    assertThatThrownBy(chart::render)
        .hasMessageContaining("service.name: \"aaa")
        .hasMessageContaining("up to 54");
  }

  @Test
  void longestNameStillGivesValidHostNames() {
    Chart chart = named("a".repeat(54));

    assertThat(Rule.findings(chart.render())).isEmpty();
  }

  @Test
  void serviceWithoutAWebServerHasNoHttpPort() {
    Manifests release = CHART.render("service: {ports: {http: 0}}");

    assertThat(Rule.findings(release)).isEmpty();
    assertThat(pod(release).settings().has("server")).isFalse();
    assertThat(release.kind("Service"))
        .allSatisfy(service -> assertThat(service.at("/spec/ports")).hasSize(1));
  }

  @Test
  void disabledBudgetIsNotRendered() {
    Manifests release = CHART.render("service: {disruptionBudget: {enabled: false}}");

    assertThat(release.kind("PodDisruptionBudget")).isEmpty();
    assertThat(Rule.findings(release)).isEmpty();
  }

  @Test
  void computedSettingsJoinTheUsersOwn() {
    Manifests release =
        CHART.render(
            "service: {settings: {platform: {server: {reflection: {enabled: false}}}, spring: {application: {name: o}}}}");

    var settings = pod(release).settings();
    assertThat(settings.at("/platform/server/reflection/enabled").asBoolean(true)).isFalse();
    assertThat(settings.at("/platform/server/port").asInt()).isEqualTo(9090);
    assertThat(settings.at("/spring/application/name").asText()).isEqualTo("o");
    assertThat(settings.at("/spring/lifecycle/timeout-per-shutdown-phase").asText())
        .isEqualTo("27s");
  }

  @Test
  void loadIsShedUnlessTheUserSaysOtherwise() {
    String mode = "/platform/loadshedding/mode";

    Manifests usual = CHART.render();
    Manifests observing =
        CHART.render("service: {settings: {platform: {loadshedding: {mode: observe}}}}");

    assertThat(pod(usual).settings().at(mode).asText()).isEqualTo("enforce");
    assertThat(pod(observing).settings().at(mode).asText()).isEqualTo("observe");
  }

  @Test
  void umbrellaRendersBothServicesUnderTheSameSchema() {
    Chart umbrella =
        WORKSPACE.scaffold(
            "shop",
            Map.of(
                "Chart.yaml",
                """
                apiVersion: v2
                name: shop
                version: 0.1.0
                dependencies:
                  - {name: sample-order-service, version: 0.1.0, repository: "file://../sample-order-service"}
                  - {name: sample-payment-service, version: 0.1.0, repository: "file://../sample-payment-service"}
                """));

    Manifests release = umbrella.render("sample-order-service: {service: {replicas: 4}}");

    assertThat(release.kind("Deployment"))
        .extracting(deployment -> deployment.name() + " " + deployment.at("/spec/replicas"))
        .containsExactlyInAnyOrder("sample-order-service 4", "sample-payment-service 1");
    assertThatThrownBy(() -> umbrella.render("sample-order-service: {service: {replica: 4}}"))
        .hasMessageContaining("'replica' not allowed");
    assertThatThrownBy(() -> umbrella.render("sample-order-service: {servise: {replicas: 4}}"))
        .hasMessageContaining("servise: unknown value");
  }

  private static Chart named(String name) {
    return WORKSPACE.scaffold(
        name,
        Map.of(
            "Chart.yaml",
            """
            apiVersion: v2
            name: %s
            version: 0.1.0
            appVersion: 0.1.0
            dependencies:
              - {name: grpc-service, version: 0.1.0, repository: "file://../grpc-service", alias: service}
            """
                .formatted(name),
            "values.yaml",
            "service: {image: {repository: registry.example.com/a}}\n",
            "templates/all.yaml",
            "{{ include \"grpc-service.all\" . }}\n"));
  }

  private static Workload pod(Manifests release) {
    return new Workload(release, release.only("Deployment"));
  }
}
