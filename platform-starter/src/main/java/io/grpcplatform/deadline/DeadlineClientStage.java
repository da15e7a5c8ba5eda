package io.grpcplatform.deadline;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.StagePlan;
import io.grpcplatform.deadline.DeadlineProperties.Mode;
import io.grpcplatform.deadline.StreamWatch.End;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Gives each outgoing unary call its deadline, and puts each outgoing stream under its limits. Runs
 * on the thread that starts the call.
 */
final class DeadlineClientStage implements ClientFeature {

  private final Live<DeadlineProperties> settings;
  private final StreamWatches watches;
  private final @Nullable AdaptiveDeadlines adaptive;

  /**
   * The client's stage.
   *
   * @param adaptive null where latencies are not measured
   */
  DeadlineClientStage(
      Live<DeadlineProperties> settings,
      StreamWatches watches,
      @Nullable AdaptiveDeadlines adaptive) {
    this.settings = settings;
    this.watches = watches;
    this.adaptive = adaptive;
  }

  /** The stage for a channel of which nobody measures latencies or changes settings. */
  static DeadlineClientStage alone(DeadlineProperties settings) {
    return new DeadlineClientStage(
        Live.fixed(DeadlineProperties.class, settings),
        new StreamWatches(CallClock.system(), ThreadLocalRandom::current, Map.of()),
        null);
  }

  @Override
  public ClientStage stage() {
    return ClientStage.DEADLINE;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    DeadlineProperties now = settings.get();
    if (!now.enabled()) {
      return null;
    }
    MethodPolicy contract = MethodPolicy.of(method);
    return method.getType() == MethodType.UNARY
        ? unary(now, key, contract)
        : stream(now, key, contract);
  }

  private StagePlan unary(DeadlineProperties now, CallKey key, MethodPolicy contract) {
    long configured = ChosenDeadline.of(now, key, contract).nanos();
    AdaptiveDeadline measured = null;
    if (adaptive != null && (now.refuseBelowP50() || now.adaptive().mode() != Mode.OFF)) {
      measured = adaptive.of(key);
      measured.configured(configured);
    }
    return new UnaryDeadlineStage(
        key, now.budget(), configured, measured, now.adaptive(), now.refuseBelowP50());
  }

  private @Nullable StagePlan stream(DeadlineProperties now, CallKey key, MethodPolicy contract) {
    if (now.methods().containsKey(key.fullMethodName())) {
      watches.withoutEffect(
          MethodSettings.property("platform.deadline.methods", key.fullMethodName()),
          key.fullMethodName(),
          "a unary method; a stream has its limits under platform.deadline.stream");
    }
    StreamLimits limits = watches.limits(now, key, contract);
    return limits.none() ? null : call -> watches.start(limits, call, End.CLIENT);
  }
}
