package io.grpcplatform.deadline;

import io.grpcplatform.CallKey;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.deadline.DeadlineProperties.StreamMethod;
import java.time.Duration;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long the streams of one method may take to open, may be silent, may live, and may keep a
 * request without its answer.
 *
 * @param open from the start to the first headers or message; a client's limit only
 * @param idle between two messages, whichever way
 * @param age from the start to the end, give or take a tenth
 * @param answer from a request to its answer, where somebody says which belong together
 */
record StreamLimits(Limit open, Limit idle, Limit age, Limit answer) {

  /** How far a stream's age limit strays from the setting, so that streams do not move at once. */
  static final double JITTER = 0.1;

  private static final String CONTRACT = "option (platform.v1.policy) of ";
  private static final String METHODS = DeadlineProperties.Stream.STREAM + "methods";

  /**
   * One limit and the property, or the contract, that decides it.
   *
   * @param nanos 0 for none
   */
  record Limit(long nanos, String property) {

    boolean on() {
      return nanos > 0;
    }

    /** Whether a property for just this method or its service decides. */
    boolean ofOneMethod() {
      return property.startsWith(METHODS);
    }

    boolean ofContract() {
      return property.startsWith(CONTRACT);
    }

    private static Limit off(String property) {
      return new Limit(0, property);
    }
  }

  boolean none() {
    return !open.on() && !idle.on() && !age.on() && !answer.on();
  }

  /** The same without the limit that only a client has. */
  StreamLimits ofServer() {
    return new StreamLimits(Limit.off(open.property()), idle, age, answer);
  }

  /** The same for a method of which nobody says which answer belongs to which request. */
  StreamLimits withoutAnswers() {
    return new StreamLimits(open, idle, age, Limit.off(answer.property()));
  }

  /** One stream's own age limit in nanoseconds; 0 for none. */
  long drawAge(RandomGenerator random) {
    return age.on() ? (long) (age.nanos() * (1 - JITTER + 2 * JITTER * random.nextDouble())) : 0;
  }

  /** The limits of a method: its own, else its contract's, else its service's, else the shared. */
  static StreamLimits of(
      DeadlineProperties.Stream shared, CallKey key, MethodPolicy.Stream contract) {
    Source source = new Source(shared, key);
    return new StreamLimits(
        source.limit(
            "open-timeout",
            StreamMethod::openTimeout,
            contract.openTimeout(),
            shared.openTimeout()),
        source.limit(
            "idle-timeout",
            StreamMethod::idleTimeout,
            contract.idleTimeout(),
            shared.idleTimeout()),
        source.limit("max-age", StreamMethod::maxAge, contract.maxAge(), shared.maxAge()),
        source.limit(
            "message-timeout",
            StreamMethod::messageTimeout,
            contract.messageTimeout(),
            shared.messageTimeout()));
  }

  /** Where a method's limits may stand. */
  private record Source(DeadlineProperties.Stream shared, CallKey key) {

    Limit limit(
        String leaf,
        Function<StreamMethod, @Nullable Duration> of,
        @Nullable Duration contract,
        Duration otherwise) {
      String service = key.service() + "/*";
      Duration own = of.apply(named(key.fullMethodName()));
      if (own != null) {
        return new Limit(DeadlineSettings.nanos(own), property(key.fullMethodName(), leaf));
      }
      if (contract != null) {
        return new Limit(
            DeadlineSettings.nanos(contract),
            CONTRACT + key.fullMethodName() + ", stream." + leaf.replace('-', '_'));
      }
      Duration services = of.apply(named(service));
      return services == null
          ? new Limit(DeadlineSettings.nanos(otherwise), DeadlineProperties.Stream.STREAM + leaf)
          : new Limit(DeadlineSettings.nanos(services), property(service, leaf));
    }

    private StreamMethod named(String method) {
      return shared.methods().getOrDefault(method, StreamMethod.NOTHING);
    }

    private static String property(String method, String leaf) {
      return MethodSettings.property(METHODS, method) + "." + leaf;
    }
  }
}
