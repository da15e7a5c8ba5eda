package io.grpcplatform;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The client side of every feature, as one interceptor: each call is wrapped once and the features'
 * hooks run in the order of {@link ClientStage}. A method for which no feature has a plan is not
 * wrapped.
 *
 * <p>Threading: safe. A refused call is told so on its own executor where it has one, else inside
 * {@code start}.
 */
public final class ClientPipeline implements ClientInterceptor {

  private final String channel;
  private final List<ClientFeature> features;
  private final @Nullable CallLatencies latencies;
  private final MethodPlans plans;
  private final Map<CallKey, Set<ClientStage>> claims = new ConcurrentHashMap<>();

  private ClientPipeline(
      String channel,
      List<ClientFeature> features,
      LiveSettings settings,
      @Nullable CallLatencies latencies) {
    this.channel = channel;
    this.features = features;
    this.latencies = latencies;
    this.plans = new MethodPlans(settings, this::plan);
  }

  /** The pipeline of one channel, whose settings never change; as the other without latencies. */
  public static ClientPipeline of(String channel, Collection<? extends ClientFeature> features) {
    return of(channel, features, new LiveSettings(), null);
  }

  /**
   * The pipeline of one channel.
   *
   * @param channel the channel's name, which is part of every {@link CallKey}
   * @param settings what the features' plans are made of; they are made again when it changes
   * @param latencies where the times of unary calls go; null for nowhere
   * @throws IllegalArgumentException if two features claim one stage, or one claims APPLICATION
   */
  public static ClientPipeline of(
      String channel,
      Collection<? extends ClientFeature> features,
      LiveSettings settings,
      @Nullable CallLatencies latencies) {
    Map<ClientStage, ClientFeature> byStage = new EnumMap<>(ClientStage.class);
    for (ClientFeature feature : features) {
      if (feature.stage() == ClientStage.APPLICATION) {
        throw new StageException(
            feature.getClass().getName()
                + " claims the client stage APPLICATION (expected: a stage of the platform; the user's own"
                + " interceptors run there)");
      }
      ClientFeature other = byStage.put(feature.stage(), feature);
      if (other != null) {
        throw new StageException(
            other.getClass().getName()
                + " and "
                + feature.getClass().getName()
                + " both claim the client stage "
                + feature.stage()
                + " (expected: one feature per stage)");
      }
    }
    return new ClientPipeline(channel, new ArrayList<>(byStage.values()), settings, latencies);
  }

  /** Puts this pipeline on a channel, also on one that the starter did not make. */
  public void install(ManagedChannelBuilder<?> builder) {
    install(builder, List.of());
  }

  /**
   * Puts this pipeline on a channel with the user's own interceptors outside it, the first of them
   * outermost.
   */
  public void install(
      ManagedChannelBuilder<?> builder, List<? extends ClientInterceptor> application) {
    // gRPC runs the interceptor that was added last first.
    builder.intercept(this);
    for (int i = application.size() - 1; i >= 0; i--) {
      builder.intercept(application.get(i));
    }
  }

  /** How many methods' calls meet a stage's feature, by the plans that were made last. */
  public Map<ClientStage, Integer> planned() {
    Map<ClientStage, Integer> counts = new EnumMap<>(ClientStage.class);
    claims
        .values()
        .forEach(stages -> stages.forEach(stage -> counts.merge(stage, 1, Integer::sum)));
    return counts;
  }

  /** The methods that were called so far. */
  public Collection<MethodDescriptor<?, ?>> methods() {
    return List.copyOf(plans.methods());
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    MethodPlan plan = plans.of(method);
    return plan.stages().length == 0
        ? next.newCall(method, options)
        : new ClientCallMachine<>(plan, method, options, next);
  }

  private MethodPlan plan(MethodDescriptor<?, ?> method, int version) {
    CallKey key = CallKey.of(channel, method);
    List<StagePlan> stages = new ArrayList<>();
    Set<ClientStage> claimed = EnumSet.noneOf(ClientStage.class);
    for (ClientFeature feature : features) {
      StagePlan stage = feature.plan(key, method);
      if (stage != null) {
        stages.add(stage);
        claimed.add(feature.stage());
      }
    }
    claims.put(key, claimed);
    boolean unary = method.getType() == MethodDescriptor.MethodType.UNARY;
    return new MethodPlan(
        key, stages, false, unary && latencies != null ? latencies.asked(key) : null, version);
  }
}
