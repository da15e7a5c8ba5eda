package io.grpcplatform.samples.order;

/** What an identifier of this service may look like: 1 to 64 characters. */
final class Identifier {
  private static final int MAX = 64;

  private Identifier() {}

  static String require(String field, String value) {
    if (value.isBlank() || value.length() > MAX) {
      throw new IllegalArgumentException(
          field + ": " + value.length() + " characters (expected: 1 to " + MAX + ", not blank)");
    }
    return value;
  }
}
