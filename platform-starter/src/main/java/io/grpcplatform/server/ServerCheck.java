package io.grpcplatform.server;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallTimes;
import io.grpcplatform.Deployment;
import io.grpcplatform.StartupCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds settings of the server that its callers or its operators will feel. */
final class ServerCheck implements StartupCheck {

  private static final String PREFIX = ServerProperties.PREFIX + ".";

  /** How often a client of this platform pings unless it is told otherwise. */
  private static final Duration CLIENTS_PING = Duration.ofMinutes(5);

  /**
   * What the checks look at.
   *
   * @param drain how the server stops
   * @param phase what Spring allows for stopping
   * @param methods what is served
   * @param times how long calls may take
   * @param customized whether the application has its own hand on the server's builder
   */
  record Facts(
      ServerProperties properties,
      DrainTimes drain,
      Duration phase,
      Supplier<Collection<MethodDescriptor<?, ?>>> methods,
      CallTimes times,
      boolean customized) {}

  /** The longest that any call may take. */
  private record Longest(String method, CallTimes.Limit limit) {}

  private final Facts facts;
  private final Deployment deployment;

  ServerCheck(Facts facts, Deployment deployment) {
    this.facts = facts;
    this.deployment = deployment;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> found = new ArrayList<>();
    Collection<MethodDescriptor<?, ?>> methods = facts.methods().get();
    if (methods.isEmpty()) {
      return found;
    }
    Longest longest = longest(methods);
    if (longest != null) {
      checkGrace(longest, found);
    }
    if (facts.properties().port() != ServerProperties.NO_SOCKET) {
      checkSocket(longest, found);
    }
    return found;
  }

  private @Nullable Longest longest(Collection<MethodDescriptor<?, ?>> methods) {
    return methods.stream()
        .filter(method -> method.getType() == MethodType.UNARY)
        .map(
            method ->
                new Longest(
                    method.getFullMethodName(),
                    facts.times().limit(CallKey.of("", method), method)))
        .filter(each -> each.limit().on())
        .max(Comparator.comparing(each -> each.limit().time()))
        .orElse(null);
  }

  private void checkGrace(Longest longest, List<Finding> found) {
    Duration grace = facts.drain().grace();
    Duration needed = longest.limit().time();
    if (grace.compareTo(needed) >= 0) {
      return;
    }
    Duration sum = facts.drain().delay().plus(needed);
    Finding finding =
        Finding.of(
            "grace-period",
            PREFIX + "shutdown.grace-period",
            "A stop cuts calls after "
                + text(grace)
                + ", but those of "
                + longest.method()
                + " may take "
                + text(needed)
                + " ("
                + longest.limit().property()
                + "): every deploy ends some of them."
                + (deployment.kubernetes()
                    ? " The pod's terminationGracePeriodSeconds has to be above " + text(sum) + "."
                    : ""),
            text(needed));
    found.add(
        sum.compareTo(facts.phase()) > 0
            ? finding.with("spring.lifecycle.timeout-per-shutdown-phase", text(sum))
            : finding);
  }

  private void checkSocket(@Nullable Longest longest, List<Finding> found) {
    ServerProperties set = facts.properties();
    if (set.keepalive().permitTime().compareTo(CLIENTS_PING) > 0) {
      found.add(
          Finding.of(
              "permit-time",
              PREFIX + "keepalive.permit-time",
              "Clients of this platform ping every 5m, which is more often than every "
                  + text(set.keepalive().permitTime())
                  + ": they are sent away with GOAWAY (too_many_pings) in the middle of long streams.",
              "10s"));
    }
    if (longest != null) {
      checkAgedConnections(longest, set.connection(), found);
    }
    if (deployment.kubernetes() && set.connection().maxAge().isZero()) {
      found.add(
          Finding.of(
              "connection-age",
              PREFIX + "connection.max-age",
              "Clients ask DNS again only when a connection ends, and these never do: pods that are"
                  + " added later get no calls.",
              "30m"));
    }
    if (!deployment.development()) {
      checkExposure(set, found);
    }
  }

  private static void checkAgedConnections(
      Longest longest, ServerProperties.Connection connection, List<Finding> found) {
    Duration grace = connection.maxAgeGrace();
    boolean cuts = !connection.maxAge().isZero() && !grace.isZero();
    if (cuts && grace.compareTo(longest.limit().time()) < 0) {
      found.add(
          Finding.of(
              "max-age-grace",
              PREFIX + "connection.max-age-grace",
              "A connection that has reached its max-age is cut after "
                  + text(grace)
                  + ", but calls of "
                  + longest.method()
                  + " may take "
                  + text(longest.limit().time())
                  + " ("
                  + longest.limit().property()
                  + ").",
              text(longest.limit().time())));
    }
  }

  private void checkExposure(ServerProperties set, List<Finding> found) {
    if (set.reflection().enabled()) {
      found.add(
          Finding.of(
              "reflection",
              PREFIX + "reflection.enabled",
              "Whoever reaches the port can list every service and message of this application.",
              "false"));
    }
    if (!facts.customized() && !isLoopback(set.address())) {
      found.add(
          new Finding(
              "plaintext",
              PREFIX + "port",
              "Calls from other machines arrive unencrypted. This version has no TLS of its own, so a"
                  + " service mesh or the network has to encrypt; say so where one does.",
              "platform:\n  startup:\n    ignore: plaintext"));
    }
  }

  private static boolean isLoopback(@Nullable String address) {
    return address != null
        && (address.equalsIgnoreCase("localhost")
            || address.startsWith("127.")
            || address.equals("::1"));
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
