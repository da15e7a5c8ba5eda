package io.grpcplatform.loadshedding;

import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.SettingException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * The settings of {@code platform.loadshedding}.
 *
 * @param enabled Whether this feature does anything at all; without it priorities are not carried
 *     on either.
 * @param mode Whether calls are refused under too much load (enforce), only counted (observe), or
 *     neither (off).
 * @param algorithm How the number of calls that may be in flight is found.
 * @param initialLimit How many calls may be in flight at first in each pool of threads; with the
 *     algorithm "fixed", always.
 * @param maxLimit How many calls may be in flight at most in each pool of threads.
 * @param priorities What part of the limit each priority may use.
 * @param methods The priority of calls that bring none, by method "[pkg.Service/Method]", which
 *     wins over the contract, or "[pkg.Service/*]", which does not.
 */
@ConfigurationProperties(prefix = "platform.loadshedding", ignoreUnknownFields = false)
record LoadSheddingProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("observe") Mode mode,
    @DefaultValue("vegas") AdaptiveLimit.Algorithm algorithm,
    @DefaultValue("20") int initialLimit,
    @DefaultValue("1000") int maxLimit,
    @DefaultValue Priorities priorities,
    @DefaultValue Map<String, Priority> methods) {

  private static final String PREFIX = "platform.loadshedding.";
  private static final int MOST = 100_000;

  LoadSheddingProperties {
    if (maxLimit < 1 || maxLimit > MOST) {
      throw SettingException.of(PREFIX + "max-limit", maxLimit, "1 to " + MOST, "1000");
    }
    if (initialLimit < 1 || initialLimit > maxLimit) {
      throw SettingException.of(
          PREFIX + "initial-limit",
          initialLimit,
          "1 to " + PREFIX + "max-limit, " + maxLimit,
          Integer.toString(Math.min(20, maxLimit)));
    }
    MethodSettings.check(PREFIX + "methods", methods.keySet(), "", "critical");
    methods = Map.copyOf(methods);
  }

  /** Settings with everything else as it is by default. */
  static LoadSheddingProperties of(
      Mode mode,
      AdaptiveLimit.Algorithm algorithm,
      int initialLimit,
      int maxLimit,
      Map<String, String> priorities) {
    Map<String, Priority> methods = new HashMap<>();
    priorities.forEach((method, word) -> methods.put(method, known(method, word)));
    LoadGate.Shares usual = LoadGate.Shares.USUAL;
    return new LoadSheddingProperties(
        true,
        mode,
        algorithm,
        initialLimit,
        maxLimit,
        new Priorities(usual.critical(), usual.standard(), usual.sheddable(), usual.background()),
        methods);
  }

  private static Priority known(String method, String word) {
    Priority priority = Priority.of(word);
    if (priority == null) {
      throw SettingException.of(
          PREFIX + "methods[" + method + "]",
          word,
          "critical, default, sheddable or background",
          Priority.DEFAULT.word());
    }
    return priority;
  }

  /** What is done with calls that are too many. */
  enum Mode {
    /** Nothing is counted and nothing refused; priorities are carried on. */
    OFF,
    /** Meters say what would be refused. */
    OBSERVE,
    /** Calls are refused. */
    ENFORCE
  }

  /**
   * Percent of the limit that may be in flight for a call of a priority to be let in.
   *
   * @param critical For critical calls; above 100 they have room that no other call gets.
   * @param standard For calls without a priority.
   * @param sheddable For calls whose caller can do without.
   * @param background For calls nobody waits for.
   */
  record Priorities(
      @DefaultValue("400") int critical,
      @Name("default") @DefaultValue("100") int standard,
      @DefaultValue("90") int sheddable,
      @DefaultValue("80") int background) {

    Priorities {
      check(Priority.CRITICAL, critical, 1000, "");
      check(Priority.DEFAULT, standard, critical, ", that of critical");
      check(Priority.SHEDDABLE, sheddable, standard, ", that of default");
      check(Priority.BACKGROUND, background, sheddable, ", that of sheddable");
    }

    private static void check(Priority priority, int percent, int most, String whose) {
      if (percent < 1 || percent > most) {
        throw SettingException.of(
            PREFIX + "priorities." + priority.word(),
            percent,
            "a percentage of 1 to " + most + whose,
            Integer.toString(Math.min(most, LoadGate.Shares.USUAL.percentOf(priority))));
      }
    }

    LoadGate.Shares shares() {
      return new LoadGate.Shares(critical, standard, sheddable, background);
    }
  }

  /** The mode, which is off where the feature is. */
  Mode modeNow() {
    return enabled ? mode : Mode.OFF;
  }

  /**
   * The priority of a method's calls that bring none: the method's own property, else its contract,
   * else its service's property.
   *
   * @param contract the word in the contract; null where that says nothing
   */
  Priority priorityOf(CallKey key, @Nullable String contract) {
    return chosen(key, contract).priority();
  }

  /** The same with who says so. */
  Chosen chosen(CallKey key, @Nullable String contract) {
    Priority own = methods.get(key.fullMethodName());
    if (own != null) {
      return new Chosen(own, Origin.PROPERTY, methodProperty(key.fullMethodName()));
    }
    Priority agreed = Priority.of(contract);
    if (agreed != null) {
      return new Chosen(agreed, Origin.CONTRACT, null);
    }
    Priority service = methods.get(key.service() + "/*");
    return service == null
        ? new Chosen(Priority.DEFAULT, Origin.DEFAULT, null)
        : new Chosen(service, Origin.INHERITED, methodProperty(key.service() + "/*"));
  }

  private static String methodProperty(String key) {
    return MethodSettings.property(PREFIX + "methods", key);
  }

  /** A method's priority, and who says so. */
  record Chosen(Priority priority, Origin origin, @Nullable String property) {}
}
