package io.grpcplatform.live;

import io.grpcplatform.SettingException;
import io.grpcplatform.live.LiveChange.Source;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.lang.Nullable;

/**
 * {@code /actuator/grpcsettings} where {@code platform.live.actuator.write} lets it change
 * settings: in the place of {@link LiveEndpoint}, so that otherwise nothing is there to be called.
 */
@Endpoint(id = "grpcsettings")
final class LiveWriteEndpoint {

  private final SettingsChanges changes;

  LiveWriteEndpoint(SettingsChanges changes) {
    this.changes = changes;
  }

  @ReadOperation
  LiveView settings() {
    return changes.view();
  }

  /**
   * Sets and removes properties as one change.
   *
   * @param set YAML; its properties come before the watched files'
   * @param remove names that were set here before
   */
  @WriteOperation
  WebEndpointResponse<Map<String, Object>> change(
      @Nullable String set, @Nullable List<String> remove) {
    return answer(
        () ->
            changes.change(
                Source.ACTUATOR,
                () ->
                    next(
                        changes.layers(),
                        set == null ? "" : set,
                        remove == null ? List.of() : remove)));
  }

  /** Takes the last change back, whoever made it. */
  @DeleteOperation
  WebEndpointResponse<Map<String, Object>> rollBack() {
    return answer(changes::rollBack);
  }

  private static LiveLayers next(LiveLayers layers, String set, List<String> remove) {
    Map<String, Object> next = new HashMap<>(layers.actuator());
    for (String name : remove) {
      if (!removeFrom(next, name)) {
        throw new SettingException(
            name,
            null,
            "a property that was set through this endpoint",
            "# what others set is theirs to remove: " + name);
      }
    }
    SettingText.yaml("set", set)
        .forEach(
            (name, value) -> {
              removeFrom(next, name);
              next.put(name, value);
            });
    return layers.withActuator(next);
  }

  /** Whatever spelling of it is there. */
  private static boolean removeFrom(Map<String, Object> properties, String name) {
    ConfigurationPropertyName removed = ConfigurationPropertyName.adapt(name, '.');
    return properties
        .keySet()
        .removeIf(there -> ConfigurationPropertyName.adapt(there, '.').equals(removed));
  }

  private static WebEndpointResponse<Map<String, Object>> answer(IntSupplier change) {
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      answer.put("version", change.getAsInt());
      return new WebEndpointResponse<>(answer, WebEndpointResponse.STATUS_OK);
    } catch (SettingException refused) {
      answer.put("refused", String.valueOf(refused.getMessage()));
      answer.put("instead", refused.yaml());
    } catch (IllegalStateException refused) {
      answer.put("refused", String.valueOf(refused.getMessage()));
    }
    return new WebEndpointResponse<>(answer, WebEndpointResponse.STATUS_BAD_REQUEST);
  }
}
