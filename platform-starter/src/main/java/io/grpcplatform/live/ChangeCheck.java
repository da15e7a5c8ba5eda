package io.grpcplatform.live;

import io.grpcplatform.SettingException;
import io.grpcplatform.live.EffectiveSettings.Difference;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;

/** Why a change cannot be made. */
final class ChangeCheck {

  private final SettingsCheck names;
  private final MethodKeysCheck methods;

  ChangeCheck(SettingsCheck names, MethodKeysCheck methods) {
    this.names = names;
    this.methods = methods;
  }

  /**
   * What the start checks, of an environment as it would be.
   *
   * @throws SettingException for a property that nothing reads, or a key of no method
   */
  void candidate(ConfigurableEnvironment environment) {
    names.check(environment);
    methods.check(environment);
  }

  /**
   * Whether everything that differs can change while the application runs.
   *
   * @param roots where live settings are, and the platform's others
   * @param fixed what differs of the platform's others
   * @throws SettingException for the first that cannot
   */
  void onlyLive(
      Map<String, Object> before,
      Map<String, Object> after,
      Collection<ConfigurationPropertyName> roots,
      List<Difference> fixed) {
    if (!fixed.isEmpty()) {
      Difference first = fixed.get(0);
      throw restart(first.name().toString(), first.from(), first.to());
    }
    Set<String> all = new HashSet<>(before.keySet());
    all.addAll(after.keySet());
    for (String name : all) {
      ConfigurationPropertyName parsed = ConfigurationPropertyName.adapt(name, '.');
      Object from = before.get(name);
      Object to = after.get(name);
      if (!Objects.equals(from, to)
          && roots.stream().noneMatch(root -> root.isAncestorOf(parsed))) {
        throw restart(name, from, to);
      }
    }
  }

  /** What a change of a setting is told that only the start reads. */
  static SettingException restart(String name, @Nullable Object from, @Nullable Object to) {
    Object seen = to == null ? null : new SetSetting(name, to).shown();
    Object was = from == null ? "not set" : new SetSetting(name, from).shown();
    String expected = was + ", as it was: it cannot change while the application runs";
    return from == null
        ? new SettingException(name, seen, expected, "# set it before a restart: " + name)
        : SettingException.of(name, seen, expected, was.toString());
  }

  /** What is told of a change that failed for {@code refused}. */
  SettingException reason(RuntimeException refused) {
    SettingException known = null;
    BindException binding = null;
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      if (cause instanceof SettingException setting) {
        known = setting;
      } else if (cause instanceof BindException bind && binding == null) {
        binding = bind;
      }
    }
    if (known == null && binding != null) {
      known = new BindingFailureAnalyzer().explain(binding);
    }
    if (known == null && binding != null) {
      known = unusable(binding);
    }
    return known == null
        ? new SettingException(
            KnownSettings.ROOT + "*", refused, "settings that can be used", "# unknown")
        : known;
  }

  private static SettingException unusable(BindException refused) {
    Object value = refused.getProperty() == null ? null : refused.getProperty().getValue();
    SetSetting seen = new SetSetting(refused.getName().toString(), value);
    return new SettingException(
        seen.name(),
        seen.shown(),
        "a " + refused.getTarget().getType().toClass().getSimpleName() + " that can be used",
        "# nothing of the change is taken until this is corrected: " + seen.name());
  }

  /** Differences as they may be shown. */
  static List<LiveChange.Property> shown(List<Difference> differences) {
    return differences.stream().map(ChangeCheck::shown).toList();
  }

  private static LiveChange.Property shown(Difference difference) {
    String name = difference.name().toString();
    return new LiveChange.Property(
        name, shown(name, difference.from()), shown(name, difference.to()));
  }

  private static @Nullable String shown(String name, @Nullable String value) {
    return value == null ? null : new SetSetting(name, value).shown().toString();
  }
}
