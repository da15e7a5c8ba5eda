package io.grpcplatform.deadline;

import io.grpcplatform.CallKey;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * The settings of {@code platform.deadline}. A duration of {@code 0s} means off, and cancels what
 * would be inherited.
 *
 * @param enabled Whether deadlines are set, inherited and enforced.
 * @param standard Deadline of a unary call whose caller set none; 0s for none.
 * @param methods Deadlines by method, "[pkg.Service/Method]" or "[pkg.Service/*]"; they win over
 *     channels.
 * @param channels Deadlines by channel name; they win over the default.
 * @param reserve What is kept back of an inherited deadline at each hop.
 * @param server Limits for the calls this process serves.
 * @param stream Limits for streaming calls, which never get the unary default.
 */
@ConfigurationProperties(prefix = "platform.deadline", ignoreUnknownFields = false)
record DeadlineProperties(
    @DefaultValue("true") boolean enabled,
    @Name("default") @DefaultValue("5s") Duration standard,
    @DefaultValue Map<String, Duration> methods,
    @DefaultValue Map<String, Duration> channels,
    @DefaultValue Reserve reserve,
    @DefaultValue Server server,
    @DefaultValue Stream stream) {

  private static final String PREFIX = "platform.deadline.";

  DeadlineProperties {
    deadline(PREFIX + "default", standard, reserve);
    methods.forEach(
        (key, value) -> {
          DeadlineSettings.checkMethodKey(PREFIX + "methods", key, "");
          deadline(DeadlineSettings.property(PREFIX + "methods", key), value, reserve);
        });
    channels.forEach((name, value) -> deadline(PREFIX + "channels." + name, value, reserve));
    methods = Map.copyOf(methods);
    channels = Map.copyOf(channels);
  }

  private static void deadline(String property, Duration value, Reserve reserve) {
    DeadlineSettings.notNegative(property, value);
    if (!value.isZero() && value.compareTo(reserve.min()) < 0) {
      throw SettingException.of(
          PREFIX + "reserve.min",
          DeadlineSettings.text(reserve.min()),
          "at most the deadline " + property + ", " + DeadlineSettings.text(value),
          DeadlineSettings.text(value));
    }
  }

  DeadlineBudget budget() {
    return new DeadlineBudget(
        reserve.percent(),
        DeadlineSettings.nanos(reserve.min()),
        DeadlineSettings.nanos(reserve.max()));
  }

  /** The limits of a streaming method, with the properties that decide them. */
  StreamLimits streamLimits(CallKey key) {
    return StreamLimits.of(
        stream,
        DeadlineSettings.ofMethod(stream.methods(), key),
        DeadlineSettings.property(
            PREFIX + "stream.methods", DeadlineSettings.keyOf(stream.methods(), key)));
  }

  /**
   * What is kept back of an inherited deadline.
   *
   * @param percent Share of the remaining time that is kept back, in percent.
   * @param min The least that is kept back; a call with less than this left is not sent.
   * @param max The most that is kept back.
   */
  record Reserve(
      @DefaultValue("5") int percent,
      @DefaultValue("2ms") Duration min,
      @DefaultValue("50ms") Duration max) {

    Reserve {
      if (percent < 0 || percent > 90) {
        throw SettingException.of(PREFIX + "reserve.percent", percent, "0 to 90", "5");
      }
      DeadlineSettings.notNegative(PREFIX + "reserve.min", min);
      DeadlineSettings.notNegative(PREFIX + "reserve.max", max);
      if (min.compareTo(max) > 0) {
        throw SettingException.of(
            PREFIX + "reserve.min",
            DeadlineSettings.text(min),
            "at most " + PREFIX + "reserve.max, " + DeadlineSettings.text(max),
            DeadlineSettings.text(max));
      }
    }
  }

  /**
   * Limits for the unary calls that this process serves.
   *
   * @param standard Deadline of a unary call that arrives without one; 0s for none.
   * @param max The longest a unary call may take, whatever deadline it arrived with; 0s for no cap.
   */
  record Server(
      @Name("default") @DefaultValue("0s") Duration standard, @DefaultValue("0s") Duration max) {

    Server {
      DeadlineSettings.notNegative(PREFIX + "server.default", standard);
      DeadlineSettings.notNegative(PREFIX + "server.max", max);
      if (!max.isZero() && standard.compareTo(max) > 0) {
        throw SettingException.of(
            PREFIX + "server.default",
            DeadlineSettings.text(standard),
            "at most " + PREFIX + "server.max, " + DeadlineSettings.text(max),
            DeadlineSettings.text(max));
      }
    }
  }

  /**
   * Limits for streaming calls.
   *
   * @param openTimeout How long a client waits for the first headers or message of a stream; 0s for
   *     ever.
   * @param idleTimeout How long a stream may carry no message either way; 0s for ever.
   * @param maxAge How long a stream may live, give or take a tenth; 0s for ever.
   * @param methods Limits by method, "[pkg.Service/Method]" or "[pkg.Service/*]".
   */
  record Stream(
      @DefaultValue("5s") Duration openTimeout,
      @DefaultValue("0s") Duration idleTimeout,
      @DefaultValue("0s") Duration maxAge,
      @DefaultValue Map<String, StreamMethod> methods) {

    private static final String STREAM = PREFIX + "stream.";

    Stream {
      DeadlineSettings.notNegative(STREAM + "open-timeout", openTimeout);
      DeadlineSettings.notNegative(STREAM + "idle-timeout", idleTimeout);
      DeadlineSettings.notNegative(STREAM + "max-age", maxAge);
      methods.forEach(
          (key, method) -> {
            DeadlineSettings.checkMethodKey(STREAM + "methods", key, ".idle-timeout");
            String property = DeadlineSettings.property(STREAM + "methods", key);
            notNegative(property + ".open-timeout", method.openTimeout());
            notNegative(property + ".idle-timeout", method.idleTimeout());
            notNegative(property + ".max-age", method.maxAge());
          });
      methods = Map.copyOf(methods);
    }

    private static void notNegative(String property, @Nullable Duration value) {
      if (value != null) {
        DeadlineSettings.notNegative(property, value);
      }
    }
  }

  /**
   * What one streaming method has of its own; the rest is inherited.
   *
   * @param openTimeout How long a client waits for the first headers or message; 0s for ever.
   * @param idleTimeout How long a stream may carry no message either way; 0s for ever.
   * @param maxAge How long a stream may live, give or take a tenth; 0s for ever.
   */
  record StreamMethod(
      @Nullable Duration openTimeout, @Nullable Duration idleTimeout, @Nullable Duration maxAge) {}
}
