package io.grpcplatform.async;

import io.grpc.Status;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.util.unit.DataSize;

/**
 * The settings of {@code platform.async}.
 *
 * @param enabled Whether there are durable calls where there is a database.
 * @param initializeSchema Whether the table is made at the start: embedded for databases in memory
 *     only, always or never. The scripts are io/grpcplatform/async/schema-h2.sql and
 *     schema-postgresql.sql.
 * @param carrier What takes calls to other applications: database for a call over the named
 *     channel, or rabbitmq, redis or kafka.
 * @param workers How many calls this process carries out at once, each with a connection of the
 *     database; 0 for a process that only submits.
 * @param pollInterval How often a process looks for calls that it has not heard of.
 * @param attemptTimeout Deadline of one attempt.
 * @param maxRequestSize The largest request that is stored.
 * @param retention How long a call that has ended, and its key, are remembered.
 * @param retry When a call is tried again.
 * @param deadLetters What becomes of calls that ended with an error.
 * @param operations The service google.longrunning.Operations.
 * @param carried What holds for calls that a carrier takes.
 * @param rabbitmq The carrier rabbitmq.
 * @param redis The carrier redis.
 * @param kafka The carrier kafka.
 */
@ConfigurationProperties(prefix = "platform.async", ignoreUnknownFields = false)
record AsyncProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("embedded") DatabaseInitializationMode initializeSchema,
    @DefaultValue("database") String carrier,
    @DefaultValue("4") int workers,
    @DefaultValue("1s") Duration pollInterval,
    @DefaultValue("30s") Duration attemptTimeout,
    @DefaultValue("512KB") DataSize maxRequestSize,
    @DefaultValue("7d") Duration retention,
    @DefaultValue Retry retry,
    @DefaultValue DeadLetters deadLetters,
    @DefaultValue Operations operations,
    @DefaultValue Carried carried,
    @DefaultValue @NestedConfigurationProperty CarrierProperties.Rabbitmq rabbitmq,
    @DefaultValue @NestedConfigurationProperty CarrierProperties.Redis redis,
    @DefaultValue @NestedConfigurationProperty CarrierProperties.Kafka kafka) {

  static final String PREFIX = "platform.async.";

  private static final int MOST_WORKERS = 1000;
  private static final Duration SHORTEST = Duration.ofMillis(10);

  AsyncProperties {
    if (workers < 0 || workers > MOST_WORKERS) {
      throw SettingException.of(PREFIX + "workers", workers, "0 to " + MOST_WORKERS, "4");
    }
    atLeast("poll-interval", pollInterval, SHORTEST, "1s");
    atLeast("attempt-timeout", attemptTimeout, SHORTEST, "30s");
    atLeast("retention", retention, Duration.ofMinutes(1), "7d");
    if (maxRequestSize.toBytes() < 1 || maxRequestSize.toMegabytes() > 64) {
      throw SettingException.of(PREFIX + "max-request-size", maxRequestSize, "1B to 64MB", "512KB");
    }
    carrier = carrier.toLowerCase(Locale.ROOT);
  }

  static void atLeast(String word, Duration seen, Duration least, String works) {
    if (seen.compareTo(least) < 0) {
      throw SettingException.of(PREFIX + word, seen, least + " or longer", works);
    }
  }

  /**
   * When a call is tried again: after pauses of half to all of a time that doubles.
   *
   * @param maxAttempts All attempts, the first included, and those that died with their process.
   *     What the platform itself refused, such as an open circuit breaker, is no attempt.
   * @param initialBackoff The time before the second attempt.
   * @param maxBackoff The longest time.
   * @param codes The status codes after which it is; all others are final.
   */
  record Retry(
      @DefaultValue("10") int maxAttempts,
      @DefaultValue("500ms") Duration initialBackoff,
      @DefaultValue("1m") Duration maxBackoff,
      @DefaultValue({
            "unavailable",
            "deadline-exceeded",
            "resource-exhausted",
            "aborted",
            "internal",
            "unknown",
            "cancelled"
          })
          Set<Status.Code> codes) {

    Retry {
      if (maxAttempts < 1) {
        throw SettingException.of(PREFIX + "retry.max-attempts", maxAttempts, "1 or more", "10");
      }
      atLeast("retry.initial-backoff", initialBackoff, Duration.ofMillis(1), "500ms");
      if (maxBackoff.compareTo(initialBackoff) < 0) {
        throw SettingException.of(
            PREFIX + "retry.max-backoff",
            maxBackoff,
            "retry.initial-backoff (" + initialBackoff + ") or longer",
            "1m");
      }
      if (codes.contains(Status.Code.OK)) {
        throw SettingException.of(
            PREFIX + "retry.codes", codes, "codes of errors", "unavailable, aborted");
      }
      codes = Set.copyOf(codes);
    }
  }

  /**
   * What becomes of calls that ended with an error.
   *
   * @param retention How long they are kept, to be looked at and revived.
   */
  record DeadLetters(@DefaultValue("30d") Duration retention) {

    DeadLetters {
      atLeast("dead-letters.retention", retention, Duration.ofMinutes(1), "30d");
    }
  }

  /**
   * The service google.longrunning.Operations.
   *
   * @param enabled Whether it is served beside the application's own services. Whoever may call it
   *     sees every call's response.
   */
  record Operations(@DefaultValue("true") boolean enabled) {}

  /**
   * What holds for calls that a carrier takes.
   *
   * @param application Names the queue of results, platform.async.replies.&lt;application&gt;; one
   *     for all processes that share a database. Default is spring.application.name.
   * @param sendTimeout How long the carrier may take to confirm what it is handed.
   * @param resendAfter How long a result is waited for before the call is sent once more; doubles
   *     each time, up to sixteenfold.
   */
  record Carried(
      @Nullable String application,
      @DefaultValue("10s") Duration sendTimeout,
      @DefaultValue("10m") Duration resendAfter) {

    Carried {
      atLeast("carried.send-timeout", sendTimeout, SHORTEST, "10s");
      atLeast("carried.resend-after", resendAfter, Duration.ofSeconds(1), "10m");
    }
  }
}
