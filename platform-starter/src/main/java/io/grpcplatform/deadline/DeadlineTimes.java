package io.grpcplatform.deadline;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallTimes;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import java.time.Duration;

/** The deadlines of unary calls as other features' checks ask for them. */
final class DeadlineTimes implements CallTimes {

  private static final String PREFIX = "platform.deadline.";

  private final Live<DeadlineProperties> settings;

  DeadlineTimes(Live<DeadlineProperties> settings) {
    this.settings = settings;
  }

  @Override
  public Limit limit(CallKey key, MethodDescriptor<?, ?> method) {
    DeadlineProperties now = settings.get();
    if (!now.enabled()) {
      return new Limit(Duration.ZERO, PREFIX + "enabled");
    }
    MethodPolicy contract = MethodPolicy.of(method);
    return key.channel().isEmpty()
        ? served(now.server(), key, contract)
        : called(ChosenDeadline.of(now, key, contract), key);
  }

  /** A contract says what callers give; the cap holds whatever they give. */
  private static Limit served(
      DeadlineProperties.Server server, CallKey key, MethodPolicy contract) {
    Limit max = new Limit(server.max(), PREFIX + "server.max");
    Duration said = contract.deadline();
    if (said != null && !said.isZero()) {
      return max.on() && max.time().compareTo(said) < 0 ? max : new Limit(said, option(key));
    }
    return max.on() || server.standard().isZero()
        ? max
        : new Limit(server.standard(), PREFIX + "server.default");
  }

  private static Limit called(ChosenDeadline chosen, CallKey key) {
    String property = chosen.setting().property();
    return new Limit(Duration.ofNanos(chosen.nanos()), property == null ? option(key) : property);
  }

  private static String option(CallKey key) {
    return "option (platform.v1.policy) of " + key.fullMethodName();
  }
}
