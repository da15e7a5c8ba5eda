package io.grpcplatform.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/** Settings that harm no call whatever they are, and settings that nobody can use. */
final class RandomSettings {

  private static final String UNARY = "[platform.test.v1.EchoService/Unary]";

  /** By what may be set: the property, then its values. */
  private static final List<List<String>> VALID =
      List.of(
          List.of("platform.telemetry.enabled", "true", "false"),
          List.of("platform.telemetry.metrics.enabled", "true", "false"),
          List.of("platform.telemetry.tracing.enabled", "true", "false"),
          List.of("platform.telemetry.access-log.mode", "off", "failures"),
          List.of("platform.deadline.enabled", "true", "false"),
          List.of("platform.deadline.default", "20s", "30s", "1m"),
          List.of("platform.deadline.methods" + UNARY, "20s", "40s"),
          List.of("platform.deadline.server.max", "0s", "2m"),
          List.of("platform.deadline.stream.open-timeout", "0s", "20s", "30s"),
          List.of("platform.circuitbreaker.enabled", "true", "false"),
          List.of("platform.circuitbreaker.fair-budget", "20ms", "50ms"),
          List.of("resilience4j.circuitbreaker.configs.grpc.failure-rate-threshold", "40", "60"),
          List.of("platform.retry.enabled", "true", "false"),
          List.of("platform.retry.max-attempts", "2", "3", "4"),
          List.of("platform.ratelimit.enabled", "true", "false"),
          List.of("platform.ratelimit.server.methods" + UNARY + ".rate", "900000/s", "1000000/s"),
          List.of("platform.bulkhead.enabled", "true", "false"),
          List.of("platform.bulkhead.channels.echo.max-concurrent", "1000", "2000"),
          List.of("platform.loadshedding.enabled", "true", "false"),
          List.of("platform.loadshedding.mode", "off", "observe"),
          List.of("platform.validation.enabled", "true", "false"));

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
  private final List<List<String>> valid = new ArrayList<>();

  /** Of what is live here. */
  RandomSettings(RandomGenerator random, Collection<String> livePrefixes) {
    this.random = random;
    for (List<String> setting : VALID) {
      if (livePrefixes.stream().anyMatch(prefix -> setting.get(0).startsWith(prefix + "."))) {
        valid.add(setting);
      }
    }
  }

  List<String> properties() {
    return valid.stream().map(setting -> setting.get(0)).toList();
  }

  /** One property of the table, and one of its values. */
  List<String> any() {
    List<String> setting = valid.get(random.nextInt(valid.size()));
    return List.of(setting.get(0), setting.get(1 + random.nextInt(setting.size() - 1)));
  }

  Wrong wrong() {
    return WRONG.get(random.nextInt(WRONG.size()));
  }
}
