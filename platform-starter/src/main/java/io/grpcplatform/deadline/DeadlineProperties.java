package io.grpcplatform.deadline;

import io.grpcplatform.CallKey;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
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
 * @param methods Deadlines by method, "[pkg.Service/Method]", or by service, "[pkg.Service/*]". A
 *     method's own wins over its contract, and its contract over its service's.
 * @param channels Deadlines by channel name; they win over the default.
 * @param refuseBelowP50 Whether a call is refused that has less left than half of the method's
 *     calls of the last minute took.
 * @param reserve What is kept back of an inherited deadline at each hop.
 * @param adaptive Deadlines that follow how long a method's calls take.
 * @param propagation Where the gRPC Context, and with it deadline and cancellation, goes along.
 * @param server Limits for the calls this process serves.
 * @param stream Limits for streaming calls, which never get the unary default.
 */
@ConfigurationProperties(prefix = "platform.deadline", ignoreUnknownFields = false)
record DeadlineProperties(
    @DefaultValue("true") boolean enabled,
    @Name("default") @DefaultValue("5s") Duration standard,
    @DefaultValue Map<String, Duration> methods,
    @DefaultValue Map<String, Duration> channels,
    @DefaultValue("false") boolean refuseBelowP50,
    @DefaultValue Reserve reserve,
    @DefaultValue Adaptive adaptive,
    @DefaultValue Propagation propagation,
    @DefaultValue Server server,
    @DefaultValue Stream stream) {

  static final Duration DEFAULT = Duration.ofSeconds(5);

  private static final String PREFIX = "platform.deadline.";

  DeadlineProperties {
    deadline(PREFIX + "default", standard, reserve);
    MethodSettings.check(PREFIX + "methods", methods.keySet(), "", "2s");
    methods.forEach(
        (key, value) -> deadline(MethodSettings.property(PREFIX + "methods", key), value, reserve));
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

  /** The defaults, with the deadline of a unary call. */
  static DeadlineProperties ofClient(Duration standard) {
    return of(standard, new Server(Duration.ZERO, Duration.ZERO));
  }

  /** The defaults, with the limits of calls that arrive. */
  static DeadlineProperties ofServer(Duration standard, Duration max) {
    return of(DEFAULT, new Server(standard, max));
  }

  private static DeadlineProperties of(Duration standard, Server server) {
    return new DeadlineProperties(
        true,
        standard,
        Map.of(),
        Map.of(),
        false,
        new Reserve(5, Duration.ofMillis(2), Duration.ofMillis(50)),
        new Adaptive(Mode.OBSERVE, 1.5, Duration.ofMillis(50), 100, 10),
        new Propagation(true, true),
        server,
        new Stream(DEFAULT, Duration.ZERO, Duration.ZERO, Duration.ZERO, Map.of()));
  }

  DeadlineBudget budget() {
    return new DeadlineBudget(
        reserve.percent(),
        DeadlineSettings.nanos(reserve.min()),
        DeadlineSettings.nanos(reserve.max()));
  }

  /** The limits of a streaming method, with what decides them. */
  StreamLimits streamLimits(CallKey key, MethodPolicy contract) {
    return StreamLimits.of(stream, key, contract.stream());
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

  /** What is done with the deadline that a method's latencies suggest. */
  enum Mode {
    /** It is not looked for. */
    OFF,
    /** It is shown and not used. */
    OBSERVE,
    /** It replaces a longer configured one. */
    ENFORCE
  }

  /**
   * A deadline made of the latencies of the last minute. It can only shorten what is configured.
   *
   * @param mode Whether such a deadline is looked for, shown, or used.
   * @param factor What the slowest of a hundred calls took is multiplied with.
   * @param min The shortest such deadline.
   * @param minCalls How many successful calls of the last minute it takes.
   * @param maxErrorPercent It stays as it is while more calls than this fail, in percent.
   */
  record Adaptive(
      @DefaultValue("observe") Mode mode,
      @DefaultValue("1.5") double factor,
      @DefaultValue("50ms") Duration min,
      @DefaultValue("100") int minCalls,
      @DefaultValue("10") int maxErrorPercent) {

    private static final String ADAPTIVE = PREFIX + "adaptive.";

    Adaptive {
      if (!(factor >= 1 && factor <= 100)) {
        throw SettingException.of(ADAPTIVE + "factor", factor, "1 to 100", "1.5");
      }
      if (minCalls < 1) {
        throw SettingException.of(ADAPTIVE + "min-calls", minCalls, "at least 1", "100");
      }
      DeadlineSettings.notNegative(ADAPTIVE + "min", min);
      if (maxErrorPercent < 0 || maxErrorPercent > 100) {
        throw SettingException.of(
            ADAPTIVE + "max-error-percent", maxErrorPercent, "0 to 100", "10");
      }
    }
  }

  /**
   * Where the gRPC Context goes along with work that changes threads. Read at the start only.
   *
   * @param executors Whether it follows tasks into the executors that Spring Boot makes,
   *     {@code @Async} methods included.
   * @param reactor Whether Reactor's automatic context propagation is switched on, unless
   *     spring.reactor.context-propagation says something.
   */
  record Propagation(
      @DefaultValue("true") boolean executors, @DefaultValue("true") boolean reactor) {}

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
   * @param messageTimeout How long a request of a stream may wait for its answer, on methods with a
   *     MessageCorrelation bean; 0s for ever.
   * @param methods Limits by method, "[pkg.Service/Method]", or by service, "[pkg.Service/*]". A
   *     method's own win over its contract, and its contract over its service's.
   */
  record Stream(
      @DefaultValue("5s") Duration openTimeout,
      @DefaultValue("0s") Duration idleTimeout,
      @DefaultValue("0s") Duration maxAge,
      @DefaultValue("0s") Duration messageTimeout,
      @DefaultValue Map<String, StreamMethod> methods) {

    static final String STREAM = PREFIX + "stream.";

    Stream {
      DeadlineSettings.notNegative(STREAM + "open-timeout", openTimeout);
      DeadlineSettings.notNegative(STREAM + "idle-timeout", idleTimeout);
      DeadlineSettings.notNegative(STREAM + "max-age", maxAge);
      DeadlineSettings.notNegative(STREAM + "message-timeout", messageTimeout);
      MethodSettings.check(STREAM + "methods", methods.keySet(), ".idle-timeout", "2s");
      methods.forEach(
          (key, method) -> {
            String property = MethodSettings.property(STREAM + "methods", key);
            notNegative(property + ".open-timeout", method.openTimeout());
            notNegative(property + ".idle-timeout", method.idleTimeout());
            notNegative(property + ".max-age", method.maxAge());
            notNegative(property + ".message-timeout", method.messageTimeout());
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
   * @param messageTimeout How long a request may wait for its answer; 0s for ever.
   */
  record StreamMethod(
      @Nullable Duration openTimeout,
      @Nullable Duration idleTimeout,
      @Nullable Duration maxAge,
      @Nullable Duration messageTimeout) {

    static final StreamMethod NOTHING = new StreamMethod(null, null, null, null);
  }
}
