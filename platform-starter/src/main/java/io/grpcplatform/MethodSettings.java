package io.grpcplatform;

import java.util.Collection;
import java.util.regex.Pattern;

/**
 * How settings by method are named and checked, the same in every feature: a map whose keys are
 * {@code "[pkg.Service/Method]"} or {@code "[pkg.Service/*]"}.
 */
public final class MethodSettings {

  private static final Pattern KEY =
      Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/(\\*|[A-Za-z_]\\w*)");

  private MethodSettings() {}

  /** The property of one key of a map, in the form that keeps dots and slashes. */
  public static String property(String map, String key) {
    return map + "[" + key + "]";
  }

  /**
   * Rejects keys that cannot name a method, such as one that lost its slash to YAML.
   *
   * @param map the property of the map
   * @param leaf what the key is followed by in the example: empty, or {@code .leaf}
   * @param works a value that would work there
   * @throws SettingException if a key names neither a method nor a service
   */
  public static void check(String map, Collection<String> keys, String leaf, String works) {
    for (String key : keys) {
      if (!KEY.matcher(key).matches()) {
        throw SettingException.instead(
            property(map, key),
            key,
            "a method \"[pkg.Service/Method]\" or a service \"[pkg.Service/*]\", with quotes and"
                + " brackets",
            property(map, "pkg.Service/Method") + leaf,
            works);
      }
    }
  }
}
