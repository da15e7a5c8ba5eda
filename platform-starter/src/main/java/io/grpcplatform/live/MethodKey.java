package io.grpcplatform.live;

import io.grpcplatform.SettingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key of one entry of a {@code platform.*.methods} map.
 *
 * @param service the full service name; empty where the key is {@code *}
 * @param method the bare method name, or {@code *}
 */
record MethodKey(String service, String method) {

  private static final Pattern MAP = Pattern.compile("(platform\\..+?\\.methods)([.\\[].*)");
  private static final Pattern BRACKETS = Pattern.compile("\\[([^\\]]*)](.*)");
  private static final Pattern FORM =
      Pattern.compile("((?:[A-Za-z_]\\w*\\.)*[A-Za-z_]\\w*)/(\\*|[A-Za-z_]\\w*)");
  private static final String EXPECTED =
      "a key in brackets, \"[pkg.Service/Method]\" or \"[pkg.Service/*]\"";

  /**
   * The method key in a property, or null where it is not in a {@code methods} map.
   *
   * @throws SettingException if the key can bind to no method: without brackets Spring drops the
   *     slash
   */
  static @Nullable MethodKey of(SetSetting setting) {
    Matcher map = MAP.matcher(setting.name());
    if (!map.matches()) {
      return null;
    }
    Matcher brackets = BRACKETS.matcher(map.group(2));
    if (!brackets.matches()) {
      throw unbracketed(setting, map.group(1), map.group(2).substring(1));
    }
    String key = brackets.group(1);
    if (key.equals("*")) {
      return new MethodKey("", "*");
    }
    Matcher form = FORM.matcher(key);
    if (!form.matches()) {
      String better = map.group(1) + "[pkg.Service/Method]" + brackets.group(2);
      throw SettingException.instead(
          setting.name(), setting.shown(), EXPECTED, better, String.valueOf(setting.shown()));
    }
    return new MethodKey(form.group(1), form.group(2));
  }

  private static SettingException unbracketed(SetSetting setting, String map, String rest) {
    int slash = rest.indexOf('/');
    int leaf = slash < 0 ? -1 : rest.indexOf('.', slash);
    String key =
        slash < 0 ? "pkg.Service/Method" : rest.substring(0, leaf < 0 ? rest.length() : leaf);
    String better = map + "[" + key + "]" + (leaf < 0 ? "" : rest.substring(leaf));
    return SettingException.instead(
        setting.name(), setting.shown(), EXPECTED, better, String.valueOf(setting.shown()));
  }
}
