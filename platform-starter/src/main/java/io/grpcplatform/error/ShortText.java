package io.grpcplatform.error;

/** Text that fits: a client accepts 8 KB of trailers, and answers for more with INTERNAL. */
final class ShortText {

  /**
   * The longest description in bytes of UTF-8: it travels three times, once with each byte that is
   * not ASCII as three.
   */
  static final int DESCRIPTION = 600;

  private static final String CUT = "...";

  private ShortText() {}

  /**
   * The text, or so much of its beginning as fits into {@code bytes} with a sign that it is cut.
   */
  static String of(String text, int bytes) {
    int room = bytes - CUT.length();
    int used = 0;
    int kept = 0;
    for (int at = 0; at < text.length(); at = text.offsetByCodePoints(at, 1)) {
      used += bytesOf(text.codePointAt(at));
      if (used > bytes) {
        return text.substring(0, kept) + CUT;
      }
      if (used <= room) {
        kept = text.offsetByCodePoints(at, 1);
      }
    }
    return text;
  }

  /** How many bytes of UTF-8 it is. */
  static int bytes(String text) {
    return text.codePoints().map(ShortText::bytesOf).sum();
  }

  private static int bytesOf(int letter) {
    return letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
  }
}
