package io.grpcplatform.server;

import io.grpcplatform.SettingException;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Objects;

/** Which of the server's settings may change while it runs: those of its executors. */
final class ChangeableSettings {

  static final String EXECUTOR = "executor";

  private ChangeableSettings() {}

  /**
   * Compares two sets of settings.
   *
   * @throws SettingException if another setting differs
   */
  static void check(ServerProperties now, ServerProperties next) {
    check(ServerProperties.PREFIX, now, next);
  }

  private static void check(String prefix, Record now, Record next) {
    for (RecordComponent component : now.getClass().getRecordComponents()) {
      Object before = value(component, now);
      Object after = value(component, next);
      if (!component.getName().equals(EXECUTOR) && !Objects.equals(before, after)) {
        String property = prefix + "." + dashed(component.getName());
        if (before instanceof Record inner) {
          check(property, inner, (Record) after);
        } else {
          String expected = "unchanged while the server runs, now " + before;
          throw SettingException.of(property, after, expected, String.valueOf(before));
        }
      }
    }
  }

  private static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String dashed(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
