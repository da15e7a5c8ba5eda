package io.grpcplatform.health;

import io.grpcplatform.InspectedSection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the health service says of each name. */
final class HealthSection implements InspectedSection {

  private final HealthNames names;

  HealthSection(HealthNames names) {
    this.names = names;
  }

  @Override
  public String name() {
    return "health";
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    names
        .published()
        .forEach((name, status) -> content.put(name.isEmpty() ? "server" : name, status));
    return content;
  }
}
