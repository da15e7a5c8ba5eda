package io.grpcplatform.inspect;

import java.util.Locale;
import java.util.regex.Pattern;

/** Takes out of texts what may be a secret. */
final class Masked {

  static final String STARS = "******";

  private static final Pattern SECRET =
      Pattern.compile(
          ".*(password|passwd|secret|(?<!max-)token(?!-ratio)|credential|(^|[._-])key).*");

  /** Names that somebody gave, in the name of a property: of a method or of a channel. */
  private static final Pattern GIVEN = Pattern.compile("\\[[^\\]]*]|(?<=\\.channels)\\.[^.]+");

  private static final Pattern USER = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/\\s]*@");
  private static final Pattern PAIR =
      Pattern.compile(
          "(?i)([\\w.-]*(?:password|passwd|secret|token|credential|key))(?:\\s*=|:\\s)\\s*[^\\s,;&)]+");

  private Masked() {}

  /** Whether a name, of a property or of anything else, sounds like that of a secret. */
  static boolean secret(String name) {
    return SECRET.matcher(GIVEN.matcher(name).replaceAll("").toLowerCase(Locale.ROOT)).matches();
  }

  /** A text without the user of a URL and without what follows the name of a secret. */
  static String text(String text) {
    String withoutUser =
        text.contains("@") ? USER.matcher(text).replaceAll("$1" + STARS + "@") : text;
    return PAIR.matcher(withoutUser).replaceAll("$1=" + STARS);
  }
}
