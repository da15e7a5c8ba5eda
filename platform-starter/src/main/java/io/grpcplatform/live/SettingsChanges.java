package io.grpcplatform.live;

import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.SettingException;
import io.grpcplatform.live.EffectiveSettings.Difference;
import io.grpcplatform.live.LiveChange.Outcome;
import io.grpcplatform.live.LiveChange.Source;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Changes settings while the application runs, each change as a whole: the environment as it would
 * be is checked and bound, and only if everything in it can be used does anything change.
 *
 * <p>Threading: safe; one change at a time, on the thread that asks for it.
 */
final class SettingsChanges implements LiveReload, SmartInitializingSingleton {

  private static final Logger log = LoggerFactory.getLogger(SettingsChanges.class);
  private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("platform");

  private final ConfigurableEnvironment environment;
  private final LiveSettings settings;
  private final ChangeCheck check;
  private final LiveBinding binding;
  private final LiveHistory history;
  private final InstantSource time;
  private EffectiveSettings holds = EffectiveSettings.NONE;
  private @Nullable Step before;

  /** What the last change replaced. */
  private record Step(
      Map<Live<?>, Object> snapshots, LiveLayers layers, EffectiveSettings effective) {}

  SettingsChanges(
      ConfigurableEnvironment environment,
      LiveSettings settings,
      ChangeCheck check,
      LiveBinding binding,
      LiveHistory history,
      InstantSource time) {
    this.environment = environment;
    this.settings = settings;
    this.check = check;
    this.binding = binding;
    this.history = history;
    this.time = time;
  }

  @Override
  public synchronized void afterSingletonsInstantiated() {
    holds = EffectiveSettings.of(environment, roots());
  }

  /** What was set while the application runs. */
  synchronized LiveLayers layers() {
    return LiveLayers.of(environment);
  }

  /** What there is to see. */
  synchronized LiveView view() {
    Map<String, Object> set = new TreeMap<>();
    layers()
        .actuator()
        .forEach((name, value) -> set.put(name, new SetSetting(name, value).shown()));
    List<String> live =
        settings.all().stream().map(one -> LiveBinding.prefixOf(one).toString()).sorted().toList();
    return new LiveView(history.version(), live, set, history.latest());
  }

  @Override
  public synchronized int reload() {
    return change(Source.ENVIRONMENT, this::layers);
  }

  /**
   * Changes what was set while the application runs.
   *
   * @param next what is to hold; what it throws is the reason for which nothing changes
   * @return the version that holds now
   * @throws SettingException if nothing of it holds
   */
  synchronized int change(Source source, Supplier<LiveLayers> next) {
    if (source != Source.ENVIRONMENT) {
      catchUp();
    }
    List<Difference> differences = List.of();
    try {
      LiveLayers layers = next.get();
      ConfigurableEnvironment candidate = layers.candidate(environment);
      EffectiveSettings effective = EffectiveSettings.of(candidate, roots());
      differences = holds.to(effective);
      check.candidate(candidate);
      Map<Live<?>, Object> snapshots = bind(candidate, differences);
      List<Difference> fixed = differences.stream().filter(this::isFixed).toList();
      if (source != Source.ENVIRONMENT) {
        check.onlyLive(layers().together(), layers.together(), roots(), fixed);
      }
      if (fixed.size() == differences.size()) {
        layers.install(environment);
        return nothingLive(effective, fixed);
      }
      apply(new Step(snapshots, layers, effective));
      return applied(source, differences, fixed);
    } catch (RuntimeException refused) {
      throw refused(source, differences, refused);
    }
  }

  private int nothingLive(EffectiveSettings effective, List<Difference> fixed) {
    holds = effective;
    if (!fixed.isEmpty()) {
      Difference first = fixed.get(0);
      refused(
          Source.ENVIRONMENT,
          fixed,
          ChangeCheck.restart(first.name().toString(), first.from(), first.to()));
    }
    return history.version();
  }

  /** Others may have changed the environment and told nobody: that is not this change's doing. */
  private void catchUp() {
    if (!holds.equals(EffectiveSettings.of(environment, roots()))) {
      try {
        reload();
      } catch (SettingException refused) {
        log.debug("Recorded already", refused);
      }
    }
  }

  /**
   * Takes the last change back: its settings, and what was set for it, are again as they were.
   *
   * @return the version that holds now, which is a new one
   * @throws IllegalStateException if there is none, or it has been taken back
   */
  synchronized int rollBack() {
    Step back = before;
    if (back == null) {
      throw new IllegalStateException(
          "There is no change to take back (expected: one since the start or the last rollback)");
    }
    List<Difference> differences = holds.to(back.effective());
    try {
      apply(back);
    } catch (RuntimeException refused) {
      throw refused(Source.ROLLBACK, differences, refused);
    }
    before = null;
    return applied(Source.ROLLBACK, differences, List.of());
  }

  private void apply(Step next) {
    Map<Live<?>, Object> replaced = new LinkedHashMap<>();
    next.snapshots().keySet().forEach(live -> replaced.put(live, live.get()));
    Step back = new Step(replaced, layers(), holds);
    settings.apply(next.snapshots(), () -> next.layers().install(environment));
    holds = next.effective();
    before = back;
  }

  private Map<Live<?>, Object> bind(
      ConfigurableEnvironment candidate, List<Difference> differences) {
    Map<Live<?>, Object> snapshots = new LinkedHashMap<>();
    for (Live<?> live : settings.all()) {
      ConfigurationPropertyName prefix = LiveBinding.prefixOf(live);
      if (differences.stream().anyMatch(changed -> prefix.isAncestorOf(changed.name()))) {
        Object next = live.following(binding.bind(live, candidate));
        if (!next.equals(live.get())) {
          snapshots.put(live, next);
        }
      }
    }
    return snapshots;
  }

  private List<ConfigurationPropertyName> roots() {
    List<ConfigurationPropertyName> roots = new ArrayList<>(List.of(ROOT));
    settings.all().forEach(live -> roots.add(LiveBinding.prefixOf(live)));
    return roots;
  }

  private boolean isFixed(Difference difference) {
    return settings.all().stream().noneMatch(live -> LiveBinding.changes(live, difference.name()));
  }

  private int applied(Source source, List<Difference> differences, List<Difference> fixed) {
    int version = history.version() + 1;
    List<LiveChange.Property> properties = ChangeCheck.shown(differences);
    String restart = fixed.isEmpty() ? null : "needs a restart: " + ChangeCheck.shown(fixed);
    history.add(
        new LiveChange(
            time.instant(), source, Outcome.APPLIED, version, properties, restart, null));
    log.info("Settings version {} by {}: {}", version, source.word(), properties);
    if (restart != null) {
      log.warn("Part of what the environment says now {}", restart);
    }
    return version;
  }

  private SettingException refused(
      Source source, List<Difference> differences, RuntimeException refused) {
    SettingException reason = check.reason(refused);
    List<LiveChange.Property> properties = ChangeCheck.shown(differences);
    history.add(
        new LiveChange(
            time.instant(),
            source,
            Outcome.REFUSED,
            history.version(),
            properties,
            reason.getMessage(),
            reason.yaml()));
    log.warn(
        "Settings stay at version {}; refused by {}: {}\nSet, for example:\n{}",
        history.version(),
        source.word(),
        reason.getMessage(),
        reason.yaml().indent(4).stripTrailing());
    return reason;
  }
}
