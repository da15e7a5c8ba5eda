package io.grpcplatform.inspect;

import io.grpcplatform.InspectedSection;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the sections show at one moment, by their names; parts of it are taken out to be shown
 * elsewhere. A section that fails shows with what, and no more: a message may quote anything.
 */
final class Contents {

  private final Map<String, Map<String, Object>> bySection = new LinkedHashMap<>();

  static Contents of(List<InspectedSection> sections) {
    Contents contents = new Contents();
    for (InspectedSection section : sections) {
      contents
          .bySection
          .computeIfAbsent(section.name(), absent -> new LinkedHashMap<>())
          .putAll(content(section));
    }
    return contents;
  }

  private static Map<String, Object> content(InspectedSection section) {
    try {
      return section.content();
    } catch (RuntimeException failed) {
      return unreadable(failed);
    }
  }

  static Map<String, Object> unreadable(RuntimeException failed) {
    return Map.of("unreadable", failed.getClass().getName());
  }

  /** Takes one part of a section out; null where it is not there. */
  @Nullable Object take(String section, String part) {
    Map<String, Object> content = bySection.get(section);
    return content == null ? null : content.remove(part);
  }

  /** Takes a whole section out; null where there is none or nothing in it. */
  @Nullable Object take(String section) {
    Map<String, Object> content = bySection.remove(section);
    return content == null || content.isEmpty() ? null : content;
  }

  /** The sections that still have something to show. */
  Collection<String> left() {
    return bySection.entrySet().stream()
        .filter(section -> !section.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }
}
