package io.grpcplatform.startup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings that start an application and will hurt it.
 *
 * @param rule what is found
 * @param property the property that is named
 * @param says a part of the sentence about it
 * @param settings the settings
 */
record BadSetting(String rule, String property, String says, Map<String, Object> settings) {

  private static final String CHANNEL = "platform.client.channels.stock.";
  private static final String DEFAULTS = "platform.client.defaults.";
  private static final String SERVER = "platform.server.";
  private static final String LOOK = "platform.test.v1.StockService/Look";
  private static final String KUBERNETES = "spring.main.cloud-platform=kubernetes";
  private static final String MESH = "platform.startup.ignore=plaintext";

  private static BadSetting of(String rule, String property, String says, String... settings) {
    Map<String, Object> pairs = new LinkedHashMap<>();
    for (String pair : settings) {
      int equals = pair.indexOf('=');
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return new BadSetting(rule, property, says, pairs);
  }

  private static BadSetting only(String rule, String property, String says, String value) {
    return of(rule, property, says, property + "=" + value);
  }

  static List<BadSetting> all() {
    return List.of(
        only("keepalive", CHANNEL + "keepalive.time", "A ping every 299s", "299s"),
        only("keepalive", CHANNEL + "keepalive.time", "pings every 10s at most, so 9s", "9s"),
        only("keepalive", DEFAULTS + "keepalive.time", "A ping every 60s", "1m"),
        only("keepalive-without-calls", CHANNEL + "keepalive.without-calls", "GOAWAY", "true"),
        only("keepalive-without-calls", DEFAULTS + "keepalive.without-calls", "GOAWAY", "true"),
        of(
            "endless-wait",
            "platform.deadline.default",
            "has no deadline (platform.deadline.default)",
            "platform.deadline.default=0s",
            DEFAULTS + "wait-for-ready=true"),
        of(
            "endless-wait",
            "platform.deadline.enabled",
            "hangs for ever",
            "platform.deadline.enabled=false",
            CHANNEL + "wait-for-ready=true"),
        of(
            "endless-wait",
            "platform.deadline.methods[" + LOOK + "]",
            "StockService/Look has no deadline",
            "platform.deadline.methods[" + LOOK + "]=0s",
            CHANNEL + "wait-for-ready=true"),
        of(
            "plaintext",
            "platform.client.channels",
            "other machines travel unencrypted: stock.",
            "spring.profiles.active=prod",
            CHANNEL + "target=dns:///stock:9090",
            SERVER + "address=127.0.0.1"),
        of("plaintext", SERVER + "port", "arrive unencrypted", KUBERNETES),
        only(
            "unknown-channel",
            "platform.deadline.channels.stokc",
            "no channel \"stokc\"",
            "1050ms"),
        only(
            "unknown-channel",
            "platform.bulkhead.channels.warehouse.max-concurrent",
            "there are: stock.",
            "7"),
        only("permit-time", SERVER + "keepalive.permit-time", "every 301s", "301s"),
        of(
            "grace-period",
            SERVER + "shutdown.grace-period",
            "may take 31s (platform.deadline.server.max)",
            "platform.deadline.server.max=31s"),
        of(
            "grace-period",
            SERVER + "shutdown.grace-period",
            "cuts calls after 3s, but those of shop.v1.Prices/",
            "platform.deadline.server.default=3050ms",
            SERVER + "shutdown.grace-period=3s"),
        of(
            "max-age-grace",
            SERVER + "connection.max-age-grace",
            "is cut after 7s",
            "platform.deadline.server.max=8s",
            SERVER + "connection.max-age-grace=7s"),
        of(
            "connection-age",
            SERVER + "connection.max-age",
            "added later get no calls",
            SERVER + "connection.max-age=0s",
            KUBERNETES,
            MESH),
        of(
            "reflection",
            SERVER + "reflection.enabled",
            "list every service",
            SERVER + "reflection.enabled=true",
            "spring.profiles.active=production",
            MESH),
        of(
            "stream-limits",
            "platform.deadline.stream.idle-timeout",
            "66s never passes",
            "platform.deadline.stream.idle-timeout=66s",
            "platform.deadline.stream.max-age=1m"),
        of(
            "stream-limits",
            "platform.deadline.stream.methods[shop.v1.Prices/*].message-timeout",
            "700s never passes",
            "platform.deadline.stream.methods[shop.v1.Prices/*].message-timeout=700s",
            "platform.deadline.stream.methods[shop.v1.Prices/*].max-age=10m"),
        of(
            "retry-pauses",
            "platform.retry.methods[platform.test.v1.StockService/*].max-attempts",
            LOOK + " (and 1 more) waits at least 7200ms",
            "platform.retry.initial-backoff=3s",
            "platform.retry.max-backoff=6s"),
        of(
            "retry-pauses",
            "platform.retry.hedging.methods[" + LOOK + "].delay",
            "waits at least 6s before the last of its 3 attempts",
            "platform.retry.hedging.methods[" + LOOK + "].delay=3s",
            "platform.retry.hedging.methods[" + LOOK + "].max-attempts=3"),
        only(
            "unknown-service",
            "platform.deadline.methods[platform.test.v1.StockServcie/Look]",
            "neither serves platform.test.v1.StockServcie",
            "2s"),
        only(
            "unknown-service",
            "platform.retry.methods[bank.v1.Accounts/*].max-attempts",
            "neither serves bank.v1.Accounts",
            "2"),
        only(
            "other-side",
            "platform.ratelimit.server.methods[" + LOOK + "].rate",
            "and does not serve it",
            "10/s"),
        only(
            "other-side", "platform.deadline.methods[shop.v1.Prices/*]", "has no stub of it", "2s"),
        of(
            "breaker-name",
            "resilience4j.circuitbreaker.instances.stcok",
            "no channel \"stcok\"",
            "resilience4j.circuitbreaker.instances.stcok.failure-rate-threshold=30"),
        of(
            "breaker-name",
            "resilience4j.circuitbreaker.instances[stock:platform.test.v1.StockServic]",
            "no stub of platform.test.v1.StockServic,",
            "resilience4j.circuitbreaker.instances[stock:platform.test.v1.StockServic]"
                + ".failure-rate-threshold=30"),
        only("async-pool", "platform.async.workers", "and the pool has 10", "10"),
        of(
            "breaker-granularity",
            "platform.circuitbreaker.granularity",
            "with the granularity service",
            "resilience4j.circuitbreaker.instances[stock:platform.test.v1.StockService:Look]"
                + ".failure-rate-threshold=30"));
  }

  /** The settings with the YAML of the finding pasted in. */
  Map<String, Object> corrected(String yaml) {
    Map<String, Object> corrected = new LinkedHashMap<>(settings);
    if (yaml.startsWith("# ")) {
      corrected.keySet().removeIf(name -> name.startsWith(property));
    }
    corrected.putAll(Shop.yaml(yaml));
    return corrected;
  }

  @Override
  public String toString() {
    return rule + " " + settings;
  }
}
