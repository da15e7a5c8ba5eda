package io.grpcplatform.inspect;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.InspectedSection;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The methods that are served and those that were called, each with the settings that hold for its
 * calls, as every section says them.
 */
final class InspectedMethods {

  private final List<InspectedSection> sections;
  private final Map<CallKey, MethodDescriptor<?, ?>> methods =
      new TreeMap<>(
          Comparator.comparing(CallKey::channel)
              .thenComparing(CallKey::service)
              .thenComparing(CallKey::method));

  InspectedMethods(List<InspectedSection> sections) {
    this.sections = sections;
    sections.forEach(section -> methods.putAll(section.methods()));
  }

  /** The served services and their methods. */
  Map<String, Map<String, Object>> services() {
    Map<String, Map<String, Object>> services = new LinkedHashMap<>();
    methods.forEach(
        (key, method) -> {
          if (key.channel().isEmpty()) {
            services
                .computeIfAbsent(key.service(), absent -> new LinkedHashMap<>())
                .put(key.method(), shown(key, method));
          }
        });
    return services;
  }

  /** The channels of those names, and the methods that were called on each. */
  Map<String, Object> channels(Collection<?> names) {
    Map<String, Object> channels = new LinkedHashMap<>();
    names.forEach(name -> channels.put(String.valueOf(name), channel(String.valueOf(name))));
    return channels;
  }

  private Map<String, Object> channel(String name) {
    Map<String, Object> shown = new LinkedHashMap<>();
    for (InspectedSection section : sections) {
      if (section.name().equals("client")) {
        shown.putAll(channel(section, name));
      }
    }
    for (InspectedSection section : sections) {
      Map<String, Object> content =
          section.name().equals("client") ? Map.of() : channel(section, name);
      if (!content.isEmpty()) {
        shown.put(section.name(), content);
      }
    }
    Map<String, Object> called = new LinkedHashMap<>();
    methods.forEach(
        (key, method) -> {
          if (key.channel().equals(name)) {
            called.put(key.fullMethodName(), shown(key, method));
          }
        });
    shown.put("methods", called);
    return shown;
  }

  private static Map<String, Object> channel(InspectedSection section, String name) {
    try {
      return section.channel(name);
    } catch (RuntimeException failed) {
      return Contents.unreadable(failed);
    }
  }

  private Map<String, Object> shown(CallKey key, MethodDescriptor<?, ?> method) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (InspectedSection section : sections) {
      String word = section.name();
      try {
        for (EffectiveSetting setting : section.settings(key, method)) {
          boolean alone = setting.name().equals(word);
          settings.put(alone ? word : word + "." + setting.name(), setting);
        }
      } catch (RuntimeException failed) {
        settings.put(word, Contents.unreadable(failed));
      }
    }
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("kind", method.getType());
    shown.put("settings", settings);
    return shown;
  }
}
