package io.grpcplatform.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One address as people write it: {@code host:port}, an IPv6 literal in brackets.
 *
 * @param host the host without brackets
 * @param port 1 to 65535
 */
record HostPort(String host, int port) {

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");

  /** The address, or null where {@code text} is none. The port must be there: gRPC guesses 80. */
  static @Nullable HostPort parse(String text) {
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches()) {
      return null;
    }
    int port = Integer.parseInt(form.group(3));
    String literal = form.group(1);
    return port < 1 || port > 65_535
        ? null
        : new HostPort(literal == null ? form.group(2) : literal, port);
  }

  /** As in the {@code :authority} header. */
  String authority() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
