package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/**
 * The dashboard and the alerts of the charts ask for nothing that a running application does not
 * give, and leave out nothing of ours without a reason.
 */
final class DashboardMetricsTest {

  /** Meters of ours that the dashboard does not show, and why. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "platform_ratelimit_redis_comebacks",
          "whether Redis is there is shown; how often it came back matters to nobody at night");

  /** What Prometheus' format adds to a meter's name. */
  private static final Pattern SUFFIX =
      Pattern.compile("(_seconds|_bytes)?(_total|_count|_sum|_bucket|_max)?$");

  private static final Path FILES = root().resolve("helm/grpc-service/files");

  private static Scrape scrape;

  @BeforeAll
  static void readALivingApplication() throws Exception {
    try (ScrapedApplication application = new ScrapedApplication()) {
      scrape = application.scrape();
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    return Files.isDirectory(folder.resolve("helm")) ? folder : folder.getParent();
  }

  private static String text(String file) {
    try {
      return Files.readString(FILES.resolve(file));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What a dashboard asks for in vain. */
  private static List<String> unmetByDashboard(String json) throws IOException {
    ScrapeDemands demands = new ScrapeDemands(scrape);
    JsonNode dashboard = new ObjectMapper().readTree(json);
    List<String> unmet = new ArrayList<>();
    for (JsonNode target : dashboard.findParents("expr")) {
      unmet.addAll(
          demands.unmet(target.path("expr").asText(), target.path("legendFormat").asText()));
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      String query = variable.path("definition").asText();
      if (query.startsWith("label_values(")) {
        int comma = query.lastIndexOf(',');
        unmet.addAll(demands.unmet(query.substring("label_values(".length(), comma)));
      }
    }
    return unmet;
  }

  /** What alerts ask for in vain. */
  private static List<String> unmetByAlerts(String yaml) {
    ScrapeDemands demands = new ScrapeDemands(scrape);
    Map<String, List<Map<String, List<Map<String, Object>>>>> tree = new Yaml().load(yaml);
    return tree.getOrDefault("groups", List.of()).stream()
        .flatMap(group -> group.getOrDefault("rules", List.of()).stream())
        .flatMap(
            alert ->
                demands
                    .unmet(
                        String.valueOf(alert.get("expr")), String.valueOf(alert.get("annotations")))
                    .stream())
        .toList();
  }

  @Test
  void everySeriesOfTheDashboardIsInALiveScrape() throws IOException {
    assertThat(unmetByDashboard(text("dashboard.json"))).isEmpty();
  }

  @Test
  void everySeriesOfTheAlertsIsInALiveScrape() {
    assertThat(unmetByAlerts(text("alerts.yaml"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "platform_loadshedding_inflight, platform_loadshedding_in_flight, no series",
    "'{{executor}}', '{{pool}}', not grouped by pool",
    "'sum by (priority, mode)', 'sum by (priorities, mode)', no label priorities",
    "rpc_type=\\\"UNARY\\\", type=\\\"UNARY\\\", no label type",
    "state=~\\\"open|forced_open\\\", state=~\\\"OPEN\\\", none Selector",
    "DEADLINE_EXCEEDED|INTERNAL, DEADLINE|INTERNAL, never DEADLINE"
  })
  void aTypoInTheDashboardIsFound(String right, String wrong, String found) throws IOException {
    String dashboard = text("dashboard.json");
    assertThat(dashboard).contains(right);

    List<String> unmet = unmetByDashboard(dashboard.replace(right, wrong));

    assertThat(unmet).anySatisfy(message -> assertThat(message).contains(found));
  }

  @ParameterizedTest
  @CsvSource({
    "platform_live_changes_total, platform_live_change_total, no series",
    "'outcome=\"refused\"', 'outcome=\"rejected\"', none Selector",
    "$labels.executor, $labels.pool, not grouped by pool"
  })
  void aTypoInTheAlertsIsFound(String right, String wrong, String found) {
    String alerts = text("alerts.yaml");
    assertThat(alerts).contains(right);

    List<String> unmet = unmetByAlerts(alerts.replace(right, wrong));

    assertThat(unmet).anySatisfy(message -> assertThat(message).contains(found));
  }

  @Test
  void everyMeterOfOursIsShownOrLeftOutOnPurpose() {
    String dashboard = text("dashboard.json");

    Set<String> hidden =
        scrape.names().stream()
            .filter(name -> name.startsWith("platform_"))
            .map(name -> SUFFIX.matcher(name).replaceFirst(""))
            .filter(meter -> !dashboard.contains(meter))
            .collect(Collectors.toSet());

    assertThat(hidden).isEqualTo(LEFT_OUT.keySet());
  }

  @Test
  void expressionsAreTakenApartAsPrometheusDoes() {
    PromExpression asked =
        PromExpression.parse(
            "sum by (a, b) (rate(x_total{c=\"}d\",${scope},e=~\"f|g\"}[5m] offset 1h)) / 14.4 > y or vector(0)");

    assertThat(asked.groupedBy()).containsExactlyInAnyOrder("a", "b");
    assertThat(asked.selectors())
        .extracting(PromExpression.Selector::name)
        .containsExactly("x_total", "y");
    assertThat(asked.selectors().get(0).matchers())
        .containsExactly(
            new PromExpression.Matcher("c", "=", "}d"),
            new PromExpression.Matcher("e", "=~", "f|g"));
  }
}
