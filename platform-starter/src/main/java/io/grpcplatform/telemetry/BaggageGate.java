package io.grpcplatform.telemetry;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which baggage may enter this process, and leave it: the fields of an allow-list, each up to 256
 * characters as it is written on the wire. Whatever else a caller sends, or the application carries
 * for itself, stays where it is.
 *
 * <p>Threading: safe, immutable.
 */
final class BaggageGate {

  /** Nothing passes. */
  static final BaggageGate SHUT = new BaggageGate(Set.of());

  private static final int LONGEST = 256;
  private static final char FIRST_PRINTABLE = ' ';
  private static final char LAST_PRINTABLE = '~';

  private final Set<String> fields;

  BaggageGate(Collection<String> fields) {
    this.fields = Set.copyOf(fields);
  }

  /** Whether nothing passes at all. */
  boolean shut() {
    return fields.isEmpty();
  }

  /** Whether {@code name} is on the list. */
  boolean lets(String name) {
    return fields.contains(name);
  }

  /**
   * What may pass of a W3C {@code baggage} header: the members on the list, without their
   * properties; null where none is.
   */
  @Nullable String members(@Nullable String header) {
    if (header == null || shut()) {
      return null;
    }
    StringBuilder passed = new StringBuilder();
    int from = 0;
    while (from < header.length()) {
      int comma = header.indexOf(',', from);
      int to = comma < 0 ? header.length() : comma;
      append(passed, header, from, to);
      from = to + 1;
    }
    return passed.isEmpty() ? null : passed.toString();
  }

  private void append(StringBuilder passed, String header, int from, int to) {
    int equals = header.indexOf('=', from);
    if (equals < 0 || equals >= to) {
      return;
    }
    int semicolon = header.indexOf(';', equals);
    int end = semicolon < 0 || semicolon > to ? to : semicolon;
    if (end - equals - 1 > 3 * LONGEST) {
      return;
    }
    String name = header.substring(from, equals).trim();
    String value = header.substring(equals + 1, end).trim();
    if (lets(name) && value(value) != null) {
      passed.append(passed.isEmpty() ? "" : ",").append(name).append('=').append(value);
    }
  }

  /**
   * A field's value, or null where it may not pass: too long, empty, or with characters that would
   * break a line of a log, percent-encoded ones among them.
   */
  static @Nullable String value(@Nullable String value) {
    if (value == null || value.isEmpty() || value.length() > LONGEST) {
      return null;
    }
    for (int i = 0; i < value.length(); i++) {
      char letter = value.charAt(i);
      if (letter < FIRST_PRINTABLE || letter > LAST_PRINTABLE || encodesControl(value, i)) {
        return null;
      }
    }
    return value;
  }

  private static boolean encodesControl(String value, int at) {
    if (value.charAt(at) != '%' || at + 2 >= value.length()) {
      return false;
    }
    char high = value.charAt(at + 1);
    char low = value.charAt(at + 2);
    return high == '0' || high == '1' || (high == '7' && (low == 'F' || low == 'f'));
  }
}
