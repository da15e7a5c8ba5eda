package io.grpcplatform.inspect;

import io.grpcplatform.InspectedSection;
import io.grpcplatform.LiveSettings;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be seen from inside, in the order in which somebody in a hurry reads it: what
 * failed, what was found wrong at the start, the channels, the services, the limits, the streams;
 * then the rest.
 *
 * <p>Threading: safe; each look is new. The settings of the methods are those of one moment.
 */
final class Inspection {

  private static final List<String> LIMITS =
      List.of("loadshedding", "ratelimit", "bulkhead", "retry");

  private final Supplier<List<InspectedSection>> sections;
  private final LiveSettings settings;
  private final Supplier<Place.Finder> places;
  private final InstantSource time;

  /**
   * A way to look.
   *
   * @param places where properties are set, at the moment it is asked
   */
  Inspection(
      Supplier<List<InspectedSection>> sections,
      LiveSettings settings,
      Supplier<Place.Finder> places,
      InstantSource time) {
    this.sections = sections;
    this.settings = settings;
    this.places = places;
    this.time = time;
  }

  Map<String, Object> everything() {
    List<InspectedSection> all =
        sections.get().stream().sorted(Comparator.comparing(InspectedSection::name)).toList();
    // Before the settings are held: who shows their changes waits for those who change them.
    Contents contents = Contents.of(all);
    Map<String, Object> view = new LinkedHashMap<>();
    return settings.whole(
        () -> {
          Shown shown = new Shown(places.get());
          gather(view, contents, new InspectedMethods(all));
          Map<String, Object> told = new LinkedHashMap<>();
          view.forEach((name, content) -> add(told, name, shown.of(content)));
          return told;
        });
  }

  private void gather(Map<String, Object> view, Contents contents, InspectedMethods methods) {
    view.put("at", time.instant().truncatedTo(ChronoUnit.MILLIS));
    view.put("version", settings.version());
    add(view, "failures", contents.take("telemetry", "failures"));
    add(view, "refusals", contents.take("telemetry", "refusals"));
    add(view, "findings", contents.take("startup", "findings"));
    Object names = contents.take("client", "channels");
    view.put("channels", methods.channels(names instanceof Collection<?> all ? all : List.of()));
    view.put("services", methods.services());
    Map<String, Object> limits = new LinkedHashMap<>();
    add(limits, "executors", contents.take("server", "executors"));
    LIMITS.forEach(feature -> add(limits, feature, contents.take(feature)));
    view.put("limits", limits);
    add(view, "streams", contents.take("telemetry", "streams"));
    add(view, "other-endings", contents.take("telemetry", "other-endings"));
    Map<String, Object> pipeline = new LinkedHashMap<>();
    add(pipeline, "server", contents.take("server", "stages"));
    add(pipeline, "client", contents.take("client", "stages"));
    view.put("pipeline", pipeline);
    add(view, "health", contents.take("health"));
    add(view, "settings", contents.take("live"));
    contents.left().forEach(feature -> add(view, feature, contents.take(feature)));
  }

  private static void add(Map<String, Object> view, String name, @Nullable Object content) {
    if (content != null) {
      view.put(name, content);
    }
  }

  /**
   * A part of everything.
   *
   * @param where {@code pkg.Service}, {@code pkg.Service} and {@code Method}, or the names on the
   *     way to the part
   * @return null where there is nothing
   */
  @Nullable Object part(List<String> where) {
    Map<String, Object> all = everything();
    Object found = step(all, where);
    return found == null ? method(all, where) : found;
  }

  /** A name may have slashes in it, as the full name of a method does. */
  private static @Nullable Object step(@Nullable Object from, List<String> where) {
    if (where.isEmpty()) {
      return from;
    }
    if (from instanceof Map<?, ?> map) {
      for (int words = 1; words <= where.size(); words++) {
        Object next = map.get(String.join("/", where.subList(0, words)));
        Object found = next == null ? null : step(next, where.subList(words, where.size()));
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** What is served under that name, and what was called on each channel. */
  private static @Nullable Object method(Map<String, Object> all, List<String> where) {
    Map<String, Object> found = new LinkedHashMap<>();
    add(found, "served", step(all.get("services"), where));
    if (all.get("channels") instanceof Map<?, ?> channels) {
      String name = String.join("/", where);
      channels.forEach(
          (channel, shown) -> {
            Map<String, Object> called = new LinkedHashMap<>();
            if (step(shown, List.of("methods")) instanceof Map<?, ?> methods) {
              methods.forEach(
                  (method, settings) -> {
                    String full = String.valueOf(method);
                    if (full.equals(name) || full.startsWith(name + "/")) {
                      called.put(full, settings);
                    }
                  });
            }
            if (!called.isEmpty()) {
              found.put("called on " + channel, called);
            }
          });
    }
    return found.isEmpty() ? null : found;
  }
}
