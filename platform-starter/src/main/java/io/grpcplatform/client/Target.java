package io.grpcplatform.client;

import io.grpcplatform.SettingException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a channel leads, once {@code platform.client.channels.<name>.target} has been understood.
 */
sealed interface Target {

  /** A server of this process, by name. */
  record InProcess(String name) implements Target {}

  /** Whatever a name resolver makes of a URI. */
  record Resolved(String uri) implements Target {}

  /**
   * How a target is read.
   *
   * @param inProcessName who serves a target that is unset or a bare {@code in-process:}
   * @param schemes which further schemes a resolver exists for
   */
  record Reader(@Nullable String inProcessName, Predicate<String> schemes) {

    private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]*):(?!\\d+$)(.*)");
    private static final String EXPECTED =
        "host:port, dns:///name:port, static://host1:port1,host2:port2, unix:path or"
            + " in-process:name";

    /** Understands the target of one channel or says what is wrong with it. */
    Target read(String channel, @Nullable String text) {
      if (text == null || text.isBlank()) {
        if (inProcessName == null) {
          throw wrong(channel, null);
        }
        return new InProcess(inProcessName);
      }
      Target target = understand(text.trim());
      if (target == null) {
        throw wrong(channel, text);
      }
      return target;
    }

    private @Nullable Target understand(String text) {
      Matcher scheme = SCHEME.matcher(text);
      if (!scheme.matches()) {
        return byName(text);
      }
      String rest = scheme.group(2);
      return switch (scheme.group(1)) {
        case "in-process" -> inProcess(rest);
        case "static" -> rest.startsWith("//") ? fixed(rest.substring(2)) : null;
        case "dns" -> byName(rest.startsWith("///") ? rest.substring(3) : rest);
        case "unix" -> rest.isEmpty() || !schemes.test("unix") ? null : new Resolved(text);
        default -> schemes.test(scheme.group(1)) ? new Resolved(text) : null;
      };
    }

    private @Nullable Target inProcess(String name) {
      String server = name.isEmpty() ? inProcessName : name;
      return server == null ? null : new InProcess(server);
    }

    private static @Nullable Target byName(String text) {
      HostPort address = HostPort.parse(text);
      // gRPC's resolver would refuse the underscore with the first call.
      return address == null || address.host().contains("_") ? null : uri("dns", text);
    }

    private static @Nullable Target fixed(String list) {
      for (String address : list.split(",", -1)) {
        if (HostPort.parse(address) == null) {
          return null;
        }
      }
      return uri("static", list);
    }

    /** Names stand in the path: a list of hosts is no authority to a strict URI parser. */
    private static @Nullable Target uri(String scheme, String names) {
      try {
        return new Resolved(new URI(scheme, "", "/" + names, null).toString());
      } catch (URISyntaxException unparsable) {
        return null;
      }
    }

    private static SettingException wrong(String channel, @Nullable String seen) {
      String property = ChannelSettings.property(channel) + ".target";
      return SettingException.of(property, seen, EXPECTED, "static://localhost:9090");
    }
  }
}
