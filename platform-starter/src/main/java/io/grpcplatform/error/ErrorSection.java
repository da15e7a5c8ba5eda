package io.grpcplatform.error;

import io.grpcplatform.InspectedSection;
import java.util.Map;

/** Whether exceptions leave the process as they are. */
final class ErrorSection implements InspectedSection {

  private final ErrorProperties properties;

  ErrorSection(ErrorProperties properties) {
    this.properties = properties;
  }

  @Override
  public String name() {
    return "error";
  }

  @Override
  public Map<String, Object> content() {
    return Map.of("debug-info", properties.debugInfo());
  }
}
