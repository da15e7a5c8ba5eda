package io.grpcplatform.deadline;

import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The deadline of a method's unary calls whose caller set none, and who says so: the method's own
 * property, else its contract, else its service's property, its channel's, the default.
 *
 * @param value zero for none
 * @param property null where the contract decides
 */
record ChosenDeadline(Duration value, Origin origin, @Nullable String property) {

  private static final String PREFIX = "platform.deadline.";

  static ChosenDeadline of(DeadlineProperties settings, CallKey key, MethodPolicy contract) {
    Duration own = settings.methods().get(key.fullMethodName());
    if (own != null) {
      return new ChosenDeadline(own, Origin.PROPERTY, property(key.fullMethodName()));
    }
    if (contract.deadline() != null) {
      return new ChosenDeadline(contract.deadline(), Origin.CONTRACT, null);
    }
    Duration service = settings.methods().get(key.service() + "/*");
    if (service != null) {
      return new ChosenDeadline(service, Origin.INHERITED, property(key.service() + "/*"));
    }
    Duration channel = settings.channels().get(key.channel());
    return channel == null
        ? new ChosenDeadline(settings.standard(), Origin.INHERITED, PREFIX + "default")
        : new ChosenDeadline(channel, Origin.INHERITED, PREFIX + "channels." + key.channel());
  }

  private static String property(String key) {
    return MethodSettings.property(PREFIX + "methods", key);
  }

  long nanos() {
    return DeadlineSettings.nanos(value);
  }

  EffectiveSetting setting() {
    return new EffectiveSetting("deadline", shown(value), origin, property);
  }

  /** A duration of zero is none, which a number would not tell somebody in a hurry. */
  static Object shown(Duration duration) {
    return duration.isZero() ? "none" : duration;
  }
}
