package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard is one that Grafana opens, and tells whoever looks at it what to do. */
class DashboardTest {

  private static final String SOURCE = "${datasource}";
  private static final Pattern EMPHASIS = Pattern.compile("(?<!\\*)\\*([A-Z][^*]+)\\*(?!\\*)");

  private static final JsonNode DASHBOARD =
      Yaml.read(ChartWorkspace.sources().resolve("grpc-service/files/dashboard.json"));

  /** What is wrong with the form of a dashboard; empty if nothing is. */
  static List<String> faults(JsonNode dashboard) {
    List<String> faults = new ArrayList<>();
    Set<Integer> ids = new HashSet<>();
    Set<List<Integer>> taken = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      String title = panel.path("title").asText();
      if (!ids.add(panel.path("id").asInt())) {
        faults.add(title + ": its id is another's");
      }
      if (!place(panel.path("gridPos"), taken)) {
        faults.add(title + ": its place is another's, or outside");
      }
      if (!panel.path("type").asText().equals("row")) {
        faults.addAll(content(title, panel));
      }
    }
    return faults;
  }

  private static boolean place(JsonNode at, Set<List<Integer>> taken) {
    boolean free = at.path("x").asInt() + at.path("w").asInt() <= 24 && at.path("w").asInt() > 0;
    for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
      for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
        free &= taken.add(List.of(x, y));
      }
    }
    return free;
  }

  private static List<String> content(String title, JsonNode panel) {
    List<String> faults = new ArrayList<>();
    if (!panel.path("description").asText().matches("[^\\n]{20,}\\.")) {
      faults.add(title + ": no line that says what to do");
    }
    if (panel.at("/fieldConfig/defaults/unit").asText().isEmpty()) {
      faults.add(title + ": no unit");
    }
    if (panel.path("targets").isEmpty()) {
      faults.add(title + ": nothing to show");
    }
    for (JsonNode target : panel.path("targets")) {
      if (!target.at("/datasource/uid").asText().equals(SOURCE)) {
        faults.add(title + ": a target without the datasource");
      }
      String expression = target.path("expr").asText();
      if (!expression.contains("namespace=\"$namespace\",application=\"$application\"")) {
        faults.add(title + ": not about the chosen application");
      }
      boolean latency = expression.contains("grpc_") && expression.contains("_bucket");
      boolean series = panel.path("type").asText().equals("timeseries");
      if (latency && series && !target.path("exemplar").asBoolean()) {
        faults.add(title + ": latency without exemplars");
      }
    }
    return faults;
  }

  private static JsonNode broken(String pointer, String field, Object value) {
    JsonNode dashboard = DASHBOARD.deepCopy();
    ((ObjectNode) dashboard.at(pointer)).putPOJO(field, value);
    return Yaml.parse(dashboard.toString());
  }

  @Test
  void panelsHaveTheirPlaceSourceAndAdvice() {
    assertThat(faults(DASHBOARD)).isEmpty();
  }

  @Test
  void variablesChooseWhatTheExpressionsName() {
    assertThat(Workload.elements(DASHBOARD.at("/templating/list")))
        .extracting(variable -> variable.path("name").asText())
        .containsExactly("datasource", "namespace", "application", "service", "method");
    assertThat(DASHBOARD.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(37);
  }

  @Test
  void everyPanelThatTheRunbookNamesIsThere() {
    String runbook =
        ChartWorkspace.text(ChartWorkspace.sources().resolveSibling("docs").resolve("runbook.md"))
            .replaceAll("\\s+", " ");
    List<String> titles =
        Workload.elements(DASHBOARD.path("panels"))
            .map(panel -> panel.path("title").asText())
            .toList();

    List<String> named =
        EMPHASIS.matcher(runbook).results().map(panel -> panel.group(1)).distinct().toList();

    assertThat(named)
        .hasSizeGreaterThan(15)
        .allSatisfy(
            panel -> assertThat(titles).anySatisfy(title -> assertThat(title).startsWith(panel)));
  }

  @Test
  void faultsOfTheFormAreFound() {
    assertThat(faults(broken("/panels/1", "id", 1))).hasSize(1);
    assertThat(faults(broken("/panels/1/gridPos", "w", 5))).hasSize(1);
    assertThat(faults(broken("/panels/6/gridPos", "w", 5))).hasSize(1);
    assertThat(faults(broken("/panels/1", "description", ""))).hasSize(1);
    assertThat(faults(broken("/panels/1/targets/0", "expr", "up"))).hasSize(1);
    assertThat(faults(broken("/panels/1/targets/0/datasource", "uid", "mine"))).hasSize(1);
    assertThat(faults(broken("/panels/1/fieldConfig/defaults", "unit", ""))).hasSize(1);
    assertThat(faults(broken("/panels/11/targets/0", "exemplar", false))).hasSize(1);
  }
}
