package io.grpcplatform;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One property as the YAML that a message offers for pasting. */
final class SettingYaml {

  /** A map key in brackets, dots and slashes included, or what stands between two dots. */
  private static final Pattern SEGMENT = Pattern.compile("\\[[^\\]]*]|[^.\\[]+");

  private SettingYaml() {}

  /** The nested YAML that sets {@code property} to {@code value}. */
  static String of(String property, String value) {
    StringBuilder yaml = new StringBuilder();
    Matcher segments = SEGMENT.matcher(property);
    for (int depth = 0; segments.find(); depth++) {
      if (depth > 0) {
        yaml.append('\n').append("  ".repeat(depth));
      }
      String segment = segments.group();
      yaml.append(segment.startsWith("[") ? '"' + segment + '"' : segment).append(':');
    }
    return yaml.append(' ').append(value).toString();
  }
}
