package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpcplatform.helm.Promtool.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The alerts as the chart renders them: Prometheus understands them, and they fire when they
 * should.
 */
class AlertsTest {

  private static final Pattern SECTION = Pattern.compile("^## (Grpc\\w+)$", Pattern.MULTILINE);
  private static final String SCOPE = "namespace=\"shop\",application=\"sample-order-service\"";

  private static final Manifests RELEASE =
      ChartWorkspace.fresh("alerts").chart("sample-order-service").render(Monitoring.ON);
  private static final String CASES =
      ChartWorkspace.text(
              ChartWorkspace.sources().resolve("tests/src/test/resources/alert-cases.yaml"))
          .replace("${scope}", SCOPE);

  @TempDir Path folder;

  static List<String> names() {
    return Monitoring.alerts(RELEASE).map(alert -> alert.path("alert").asText()).toList();
  }

  private static Stream<JsonNode> cases(String alert, boolean fires) {
    return Workload.elements(Yaml.parse(CASES).path("tests"))
        .flatMap(test -> Workload.elements(test.path("alert_rule_test")))
        .filter(test -> test.path("alertname").asText().equals(alert))
        .filter(test -> test.path("exp_alerts").isEmpty() != fires);
  }

  /** Runs the cases of one alert, or all, over rules. */
  private Verdict test(String alert, JsonNode rules) throws IOException, InterruptedException {
    Promtool promtool = Promtool.found();
    ObjectNode cases = (ObjectNode) Yaml.parse(CASES);
    ArrayNode chosen = cases.putArray("tests");
    Workload.elements(Yaml.parse(CASES).path("tests"))
        .filter(test -> test.at("/alert_rule_test/0/alertname").asText().matches(alert))
        .forEach(chosen::add);
    Files.writeString(folder.resolve("rules.yaml"), Yaml.write(rules));
    Files.writeString(folder.resolve("cases.yaml"), Yaml.write(cases));
    return promtool.run(folder, "test", "rules", "cases.yaml");
  }

  private static JsonNode rules() {
    return RELEASE.only("PrometheusRule").at("/spec").deepCopy();
  }

  /** One alert alone, with another expression. */
  private static JsonNode with(String name, String expression) {
    JsonNode alert =
        Monitoring.alerts(RELEASE)
            .filter(one -> one.path("alert").asText().equals(name))
            .findFirst()
            .orElseThrow()
            .deepCopy();
    ((ObjectNode) alert).put("expr", expression);
    return Yaml.parse(
        Yaml.write(Map.of("groups", List.of(Map.of("name", "one", "rules", List.of(alert))))));
  }

  @Test
  void prometheusUnderstandsEveryRule() throws Exception {
    Promtool promtool = Promtool.found();
    Files.writeString(folder.resolve("rules.yaml"), Yaml.write(rules()));

    Verdict verdict = promtool.run(folder, "check", "rules", "rules.yaml");

    assertThat(verdict.content()).as(verdict.said()).isTrue();
    assertThat(verdict.said()).contains(names().size() + " rules found");
  }

  @Test
  void everyAlertFiresAndStaysQuietAsItsCasesSay() throws Exception {
    Verdict verdict = test(".*", rules());

    assertThat(verdict.content()).as(verdict.said()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("names")
  void anAlertThatNeverFiresFailsItsCases(String alert) throws Exception {
    assertThat(test(alert, with(alert, "vector(0) > 1")).content()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("names")
  void anAlertThatAlwaysFiresFailsItsCases(String alert) throws Exception {
    assertThat(test(alert, with(alert, "vector(1)")).content()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyAlertHasACaseOfEitherKind(String alert) {
    assertThat(cases(alert, true)).as("fires").isNotEmpty();
    assertThat(cases(alert, false)).as("does not fire").isNotEmpty();
  }

  @Test
  void theRunbookHasASectionForEachAlertAndNoOther() {
    String runbook =
        ChartWorkspace.text(ChartWorkspace.sources().resolveSibling("docs").resolve("runbook.md"));

    assertThat(SECTION.matcher(runbook).results().map(section -> section.group(1)))
        .containsExactlyElementsOf(names());
    for (String section : runbook.split("\n## Grpc", -1)) {
      assertThat(section).contains(section.startsWith("# ") ? "" : "**Look first:**");
    }
  }

  @Test
  void everyAlertLinksToItsSection() {
    Manifests elsewhere =
        ChartWorkspace.fresh("linked")
            .chart("sample-order-service")
            .render(
                "service: {monitoring: {alerts: {enabled: true, runbook: 'https://docs.example.com/r'}}}");

    assertThat(Monitoring.alerts(elsewhere))
        .allSatisfy(
            alert ->
                assertThat(alert.at("/annotations/runbook_url").asText())
                    .isEqualTo(
                        "https://docs.example.com/r#"
                            + alert.path("alert").asText().toLowerCase(Locale.ROOT)));
  }

  @Test
  void theSchemaKnowsEveryAlertByName() {
    JsonNode known =
        Yaml.read(ChartWorkspace.sources().resolve("grpc-service/values.schema.json"))
            .at("/properties/monitoring/properties/alerts/properties/disabled/items/enum");

    assertThat(Workload.elements(known).map(JsonNode::asText)).containsExactlyElementsOf(names());
  }

  @Test
  void anAlertThatIsDisabledIsLeftOut() {
    Manifests fewer =
        ChartWorkspace.fresh("disabled")
            .chart("sample-order-service")
            .render(
                "service: {monitoring: {alerts: {enabled: true, disabled: [GrpcNoTraffic, GrpcCallsCut]}}}");

    assertThat(Monitoring.alerts(fewer).map(alert -> alert.path("alert").asText()))
        .hasSize(names().size() - 2)
        .doesNotContain("GrpcNoTraffic", "GrpcCallsCut");
  }

  @Test
  void thePatienceOfTheDrainAlertFollowsTheShutdown() {
    Manifests longer =
        ChartWorkspace.fresh("patience")
            .chart("sample-order-service")
            .render(
                "service: {shutdown: {drainDelaySeconds: 3, gracePeriodSeconds: 60}, monitoring: {alerts: {enabled: true}}}");

    assertThat(Monitoring.alerts(longer))
        .filteredOn(alert -> alert.path("alert").asText().equals("GrpcDrainTooLong"))
        .extracting(alert -> alert.path("for").asText())
        .containsExactly("68s");
  }
}
