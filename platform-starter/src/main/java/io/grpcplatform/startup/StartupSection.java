package io.grpcplatform.startup;

import io.grpcplatform.InspectedSection;
import io.grpcplatform.StartupCheck.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was found, as {@code /actuator/grpc} shows it. */
final class StartupSection implements InspectedSection {

  private final StartupFindings findings;

  StartupSection(StartupFindings findings) {
    this.findings = findings;
  }

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public Map<String, Object> content() {
    List<Map<String, Object>> shown = findings.last().stream().map(StartupSection::shown).toList();
    return Map.of("findings", shown);
  }

  private static Map<String, Object> shown(Finding finding) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("rule", finding.rule());
    shown.put("property", finding.property());
    shown.put("problem", finding.problem());
    shown.put("yaml", finding.yaml());
    return shown;
  }
}
