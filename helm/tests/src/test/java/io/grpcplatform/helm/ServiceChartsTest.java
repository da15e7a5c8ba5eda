package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every service's chart, and one made from the guide, with every values file it is tried with. */
class ServiceChartsTest {

  private static final ChartWorkspace WORKSPACE = ChartWorkspace.fresh("services");
  private static final Chart GUIDE = GuideChart.in(WORKSPACE);

  static List<Chart> charts() {
    return WORKSPACE.services();
  }

  static Stream<Arguments> renders() {
    return charts().stream()
        .flatMap(
            chart ->
                chart.ciValues().stream()
                    .map(values -> arguments(chart, values.getFileName(), values)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("renders")
  void rendersObjectsThatKubernetesWouldTakeAndRun(Chart chart, Path name, Path values) {
    Manifests release = chart.render(values);

    assertThat(Rule.findings(release)).isEmpty();
    assertThat(release.objects())
        .extracting(Manifests.Manifest::kind)
        .contains("Deployment", "ConfigMap", "ServiceAccount", "PodDisruptionBudget");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("charts")
  void passesHelmsStrictLint(Chart chart) {
    var lint = chart.lint();

    assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
    assertThat(lint.getMessages())
        .noneMatch(message -> message.contains("[WARNING]") || message.contains("[ERROR]"));
  }

  @Test
  void libraryPassesHelmsStrictLint() {
    var lint = WORKSPACE.chart("grpc-service").lint();

    assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("charts")
  void takesTenLinesOfYamlBesidesValues(Chart chart) throws IOException {
    long lines = nonBlank(chart.directory().resolve("Chart.yaml"));
    try (Stream<Path> templates = Files.walk(chart.directory().resolve("templates"))) {
      for (Path template : templates.filter(Files::isRegularFile).toList()) {
        lines += nonBlank(template);
      }
    }

    assertThat(lines).isLessThanOrEqualTo(10);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("charts")
  void isTriedWithAtLeastOneValuesFile(Chart chart) {
    assertThat(chart.ciValues()).isNotEmpty();
  }

  @Test
  void samplesAndTheGuidesServiceAreFound() {
    assertThat(charts())
        .extracting(Chart::name)
        .contains("sample-order-service", "sample-payment-service", GUIDE.name());
  }

  @Test
  void ordersReachPaymentsThroughTheirHeadlessService() {
    Manifests orders = WORKSPACE.chart("sample-order-service").render();
    Manifests payments = WORKSPACE.chart("sample-payment-service").render();

    String target =
        new Workload(orders, orders.only("Deployment"))
            .settings()
            .at("/platform/client/channels/payment/target")
            .asText();

    assertThat(payments.kind("Service"))
        .filteredOn(service -> service.at("/spec/clusterIP").asText().equals("None"))
        .extracting(
            service -> "dns:///" + service.name() + ":" + service.at("/spec/ports/0/port").asInt())
        .containsExactly(target);
  }

  private static long nonBlank(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(line -> !line.isBlank()).count();
  }
}
