package io.grpcplatform.live;

import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/** Settings that harm no call whatever they are, and settings that nobody can use. */
final class RandomSettings {

  private static final String UNARY = "[platform.test.v1.EchoService/Unary]";
  private static final String BIDI = "[platform.test.v1.EchoService/Bidi]";
  private static final String BREAKER = "resilience4j.circuitbreaker.";

  /** By what may be set: the property, then its values. */
  private static final List<List<String>> VALID =
      List.of(
          List.of("platform.telemetry.enabled", "true", "false"),
          List.of("platform.telemetry.metrics.enabled", "true", "false"),
          List.of("platform.telemetry.tracing.enabled", "true", "false"),
          List.of("platform.telemetry.metrics.client-unary-bytes", "true", "false"),
          List.of("platform.telemetry.tracing.message-events", "0", "2", "32"),
          List.of("platform.telemetry.access-log.mode", "off", "failures"),
          List.of("platform.deadline.enabled", "true", "false"),
          List.of("platform.deadline.default", "20s", "30s", "1m"),
          List.of("platform.deadline.methods" + UNARY, "20s", "40s"),
          List.of("platform.deadline.channels.echo", "20s", "0s"),
          List.of("platform.deadline.refuse-below-p50", "true", "false"),
          List.of("platform.deadline.adaptive.mode", "off", "observe"),
          List.of("platform.deadline.server.max", "0s", "2m"),
          List.of("platform.deadline.stream.open-timeout", "0s", "20s", "30s"),
          List.of("platform.deadline.stream.idle-timeout", "0s", "30s"),
          List.of("platform.deadline.stream.methods" + BIDI + ".max-age", "0s", "10m"),
          List.of("platform.circuitbreaker.enabled", "true", "false"),
          List.of("platform.circuitbreaker.granularity", "channel", "service", "method"),
          List.of("platform.circuitbreaker.fair-budget", "20ms", "50ms"),
          List.of("platform.circuitbreaker.outcomes.not-found", "success", "failure"),
          List.of("platform.circuitbreaker.throttling.enabled", "true", "false"),
          List.of(BREAKER + "configs.grpc.failure-rate-threshold", "40", "60"),
          List.of(BREAKER + "configs.grpc.sliding-window-size", "5", "20"),
          List.of(BREAKER + "instances.refusing.failure-rate-threshold", "30", "70"),
          List.of(
              BREAKER + "instances.failing.permitted-number-of-calls-in-half-open-state", "2", "5"),
          List.of("platform.retry.enabled", "true", "false"),
          List.of("platform.retry.max-attempts", "2", "3", "4"),
          List.of("platform.retry.initial-backoff", "20ms", "50ms"),
          List.of("platform.retry.budget.percent", "10", "20"),
          List.of("platform.retry.methods" + UNARY + ".max-attempts", "1", "2"),
          List.of("platform.ratelimit.enabled", "true", "false"),
          List.of("platform.ratelimit.max-callers", "5000", "10000"),
          List.of(
              "platform.ratelimit.server.methods" + UNARY + ".rate",
              "900000/s",
              "1000000/s",
              "unlimited"),
          List.of("platform.ratelimit.server.methods" + BIDI + ".per", "method", "caller"),
          List.of(
              "platform.ratelimit.server.methods" + BIDI + ".algorithm",
              "token-bucket",
              "sliding-window"),
          List.of("platform.ratelimit.client.methods[*].rate", "900000/s", "1000000/s"),
          List.of("platform.bulkhead.enabled", "true", "false"),
          List.of("platform.bulkhead.channels.echo.max-concurrent", "1000", "2000"),
          List.of("platform.bulkhead.methods" + UNARY + ".max-concurrent", "1000", "2000"),
          List.of("platform.server.executor.type", "auto", "platform"),
          List.of("platform.server.executor.max-threads", "8", "64"),
          List.of("platform.server.executor.queue", "512", "1024"),
          List.of("platform.server.executor.methods" + BIDI + ".max-threads", "4", "16"),
          List.of("platform.loadshedding.enabled", "true", "false"),
          List.of("platform.loadshedding.mode", "off", "observe"),
          List.of("platform.loadshedding.algorithm", "vegas", "gradient2"),
          List.of("platform.loadshedding.initial-limit", "20", "50"),
          List.of("platform.loadshedding.methods" + UNARY, "critical", "background"),
          List.of("platform.validation.enabled", "true", "false"),
          List.of("platform.validation.max-violations", "1", "10"));

  /** The property, a value that is refused, and a part of the reason. */
  record Wrong(String property, String value, String reason) {}

  private static final List<Wrong> WRONG =
      List.of(
          new Wrong("platform.marker.spare", "many", "expected: a number"),
          new Wrong("platform.marker.fiel", "1", "the nearest is platform.marker.file"),
          new Wrong("platform.marker.tone", "loud", "one of [soft, sharp]"),
          new Wrong("platform.telemetri.enabled", "true", "platform.telemetry.enabled"),
          new Wrong("platform.deadline.methods.a.B/C", "1s", "a key in brackets"),
          new Wrong(
              "platform.deadline.methods[platform.test.v1.EchoService/Unnary]",
              "9s",
              "a method of platform.test.v1.EchoService"));

  private final RandomGenerator random;

  RandomSettings(RandomGenerator random) {
    this.random = random;
  }

  static List<String> properties() {
    return VALID.stream().map(setting -> setting.get(0)).toList();
  }

  /** One property of the table that is live under these prefixes, and one of its values. */
  List<String> any(Collection<String> livePrefixes) {
    List<List<String>> valid =
        VALID.stream()
            .filter(
                setting ->
                    livePrefixes.stream()
                        .anyMatch(prefix -> setting.get(0).startsWith(prefix + ".")))
            .toList();
    List<String> setting = valid.get(random.nextInt(valid.size()));
    return List.of(setting.get(0), setting.get(1 + random.nextInt(setting.size() - 1)));
  }

  Wrong wrong() {
    return WRONG.get(random.nextInt(WRONG.size()));
  }
}
