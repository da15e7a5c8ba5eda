package io.grpcplatform.live;

import io.grpcplatform.InspectedSection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which version of the settings holds, where changes come from, and the last of them. */
final class LiveSection implements InspectedSection {

  /** All that are remembered are at {@code /actuator/grpcsettings}. */
  private static final int LATEST = 5;

  private final SettingsChanges changes;
  private final LiveProperties properties;

  LiveSection(SettingsChanges changes, LiveProperties properties) {
    this.changes = changes;
    this.properties = properties;
  }

  @Override
  public String name() {
    return "live";
  }

  @Override
  public Map<String, Object> content() {
    LiveView view = changes.view();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("version", view.version());
    content.put("watched", properties.watch());
    content.put("set-by-actuator", view.set());
    content.put("latest", latest(view.history()));
    return content;
  }

  private static List<Map<String, Object>> latest(List<LiveChange> history) {
    return history.stream().limit(LATEST).map(LiveSection::shown).toList();
  }

  private static Map<String, Object> shown(LiveChange change) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("at", change.at());
    shown.put("by", change.source().word());
    shown.put("outcome", change.outcome().word());
    shown.put("version", change.version());
    shown.put("changes", change.properties().stream().map(Object::toString).toList());
    if (change.reason() != null) {
      shown.put("reason", change.reason());
    }
    return shown;
  }
}
