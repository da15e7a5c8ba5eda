package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/helm.md shows and claims is what the charts do. */
class GuideTest {

  private static final ChartWorkspace WORKSPACE = ChartWorkspace.fresh("guide");
  private static final Chart CHART = GuideChart.in(WORKSPACE);

  static List<String> snippets() {
    return GuideChart.snippets();
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void everySnippetRendersASoundRelease(String values) {
    Manifests release = CHART.render(values);

    assertThat(Rule.findings(release)).isEmpty();
    assertThat(release).isNotEqualTo(CHART.render());
  }

  @Test
  void thereAreSnippetsToTry() {
    assertThat(snippets()).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void secondsInTheGuideAreTheRenderedOnes() {
    String longer =
        snippets().stream()
            .filter(values -> values.contains("shutdown:"))
            .findFirst()
            .orElseThrow();

    assertThat(termination(CHART.render())).isEqualTo(35);
    assertThat(GuideChart.flowing()).contains("preStop 5 + drain 5 + grace 20 + 5 = **35 s**");
    assertThat(termination(CHART.render(longer))).isEqualTo(75);
    assertThat(GuideChart.flowing()).contains("the pod's own 75 s");
  }

  @Test
  void refusalInTheGuideIsTheRealMessage() {
    Throwable refusal =
        catchThrowable(
            () -> CHART.render("service: {shutdown: {terminationGracePeriodSeconds: 34}}"));

    String message = refusal.getMessage();
    String said =
        message.substring(message.indexOf("service.shutdown"), message.indexOf("in flight)"));
    assertThat(GuideChart.flowing()).contains(said + "in flight)");
  }

  @Test
  void addressInTheGuideIsTheChartsOwn() {
    Manifests release = CHART.render();

    assertThat(release.kind("Service"))
        .filteredOn(service -> service.at("/spec/clusterIP").asText().equals("None"))
        .allSatisfy(
            service ->
                assertThat(GuideChart.flowing())
                    .contains(
                        "`dns:///"
                            + service.name()
                            + ":"
                            + service.at("/spec/ports/0/port").asInt()
                            + "`"));
    assertThat(release.only("Deployment").at("/spec/replicas").asInt()).isEqualTo(2);
  }

  private static int termination(Manifests release) {
    return new Workload(release, release.only("Deployment"))
        .pod()
        .path("terminationGracePeriodSeconds")
        .asInt();
  }
}
