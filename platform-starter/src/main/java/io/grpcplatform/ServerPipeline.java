package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The server side of every feature, as one interceptor and one stream tracer: each call is wrapped
 * once and the features' hooks run in the order of {@link ServerStage}. The tracer alone knows how
 * a call truly ended, and it alone sees calls that no handler gets.
 *
 * <p>Threading: safe.
 */
public final class ServerPipeline implements ServerInterceptor {

  private final List<ServerFeature> features;
  private final Predicate<MethodDescriptor<?, ?>> earlyHeaders;
  private final MethodPlans plans;
  private final Map<CallKey, Set<ServerStage>> claims = new ConcurrentHashMap<>();

  private ServerPipeline(
      List<ServerFeature> features,
      Predicate<MethodDescriptor<?, ?>> earlyHeaders,
      LiveSettings settings) {
    this.features = List.copyOf(features);
    this.earlyHeaders = earlyHeaders;
    this.plans = new MethodPlans(settings, this::plan);
  }

  /** A pipeline that sends the headers of every streaming call early. */
  public static ServerPipeline of(Collection<? extends ServerFeature> features) {
    return of(features, method -> true, new LiveSettings());
  }

  /**
   * A pipeline.
   *
   * @param earlyHeaders the streaming methods whose headers are sent before the first message, so
   *     that a client can tell a quiet stream from one that never opened; asked once per method
   * @param settings what the features' plans are made of; they are made again when it changes
   * @throws IllegalArgumentException if two features claim one stage, or one claims APPLICATION
   */
  public static ServerPipeline of(
      Collection<? extends ServerFeature> features,
      Predicate<MethodDescriptor<?, ?>> earlyHeaders,
      LiveSettings settings) {
    Map<ServerStage, ServerFeature> byStage = new EnumMap<>(ServerStage.class);
    for (ServerFeature feature : features) {
      if (feature.stage() == ServerStage.APPLICATION) {
        throw new StageException(
            feature.getClass().getName()
                + " claims the server stage APPLICATION (expected: a stage of the platform; the user's own"
                + " interceptors run there)");
      }
      ServerFeature other = byStage.put(feature.stage(), feature);
      if (other != null) {
        throw new StageException(
            other.getClass().getName()
                + " and "
                + feature.getClass().getName()
                + " both claim the server stage "
                + feature.stage()
                + " (expected: one feature per stage)");
      }
    }
    return new ServerPipeline(new ArrayList<>(byStage.values()), earlyHeaders, settings);
  }

  /**
   * Puts this pipeline on a server that the starter does not build, around whatever services it
   * has.
   */
  public void install(ServerBuilder<?> builder) {
    builder.intercept(this);
    builder.addStreamTracerFactory(new Tracers());
  }

  /**
   * Wraps a service's methods, once and for all calls, with the user's own interceptors inside this
   * pipeline, the first of them outermost. {@link #trace} must be called on the server that serves
   * the result.
   */
  public ServerServiceDefinition bind(
      ServerServiceDefinition service, List<? extends ServerInterceptor> application) {
    ServerServiceDefinition quiet = QuietMarshaller.around(service);
    ServerServiceDefinition inner =
        application.isEmpty()
            ? quiet
            : ServerInterceptors.interceptForward(quiet, List.copyOf(application));
    ServerServiceDefinition.Builder bound =
        ServerServiceDefinition.builder(inner.getServiceDescriptor());
    for (ServerMethodDefinition<?, ?> method : inner.getMethods()) {
      bind(bound, method);
    }
    return bound.build();
  }

  private <Q, R> void bind(
      ServerServiceDefinition.Builder bound, ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    plans.of(descriptor);
    ServerCallHandler<Q, R> handler = method.getServerCallHandler();
    bound.addMethod(
        method.withServerCallHandler(
            (call, headers) -> dispatch(plans.of(descriptor), call, headers, handler)));
  }

  /** The features, outermost first. */
  public List<ServerFeature> features() {
    return features;
  }

  /** How many methods' calls meet a stage's feature, by the plans that were made last. */
  public Map<ServerStage, Integer> planned() {
    Map<ServerStage, Integer> counts = new EnumMap<>(ServerStage.class);
    claims
        .values()
        .forEach(stages -> stages.forEach(stage -> counts.merge(stage, 1, Integer::sum)));
    return counts;
  }

  /** The methods bound here so far, and those of other servers that were called. */
  public Collection<MethodDescriptor<?, ?>> methods() {
    return List.copyOf(plans.methods());
  }

  /** Lets the server report how calls truly end; does nothing where no bound method has a plan. */
  public void trace(ServerBuilder<?> builder) {
    for (MethodPlan plan : plans.all()) {
      if (plan.stages().length > 0) {
        builder.addStreamTracerFactory(new Tracers());
        return;
      }
    }
  }

  /**
   * Ends a call before any stage has seen it, such as one that its executor has no room for. The
   * features hear of it as of every call that reaches no handler. Works without a pipeline too.
   *
   * <p>Runs on the transport thread, before the call is handed to a handler; never afterwards.
   */
  public static void refuse(ServerCall<?, ?> call, Refusal refusal) {
    Ending ending = Ending.of(refusal);
    ServerCallTracer tracer = ServerCallTracer.CURRENT.get();
    if (tracer != null) {
      tracer.refused(ending);
    }
    call.close(ending.status(), ending.trailers());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return dispatch(plans.of(call.getMethodDescriptor()), call, headers, next);
  }

  private static <Q, R> ServerCall.Listener<Q> dispatch(
      MethodPlan plan, ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> handler) {
    if (plan.stages().length > 0) {
      return start(plan, call, headers, handler);
    }
    ServerCallTracer tracer = plan.version() == 0 ? null : ServerCallTracer.CURRENT.get();
    if (tracer != null) {
      // It was made while the method still had stages; they are not to count the call as unseen.
      tracer.claim();
    }
    return handler.startCall(call, headers);
  }

  private static <Q, R> ServerCall.Listener<Q> start(
      MethodPlan plan, ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> handler) {
    ServerCallTracer tracer = ServerCallTracer.CURRENT.get();
    if (tracer != null && !tracer.claim()) {
      // The stream ended while it waited for this thread and was counted as unseen.
      return new ServerCall.Listener<>() {};
    }
    return new ServerCallMachine<>(plan, call, headers, tracer).run(handler);
  }

  private MethodPlan plan(MethodDescriptor<?, ?> method, int version) {
    CallKey key = CallKey.of("", method);
    List<StagePlan> stages = new ArrayList<>();
    Set<ServerStage> claimed = EnumSet.noneOf(ServerStage.class);
    for (ServerFeature feature : features) {
      StagePlan stage = feature.plan(key, method);
      if (stage != null) {
        stages.add(stage);
        claimed.add(feature.stage());
      }
    }
    claims.put(key, claimed);
    boolean early =
        method.getType() != MethodDescriptor.MethodType.UNARY && earlyHeaders.test(method);
    return new MethodPlan(key, stages, early, null, version);
  }

  /** Called on the transport thread for a call that reached no handler. */
  void unseen(@Nullable MethodPlan plan, Metadata headers, long startNanos, Outcome outcome) {
    CallKey key = plan == null ? CallKey.UNKNOWN : plan.key();
    for (ServerFeature feature : features) {
      feature.unseen(key, headers, startNanos, outcome);
    }
  }

  /** One tracer per call whose method has a plan, and per call of an unknown method. */
  private final class Tracers extends ServerStreamTracer.Factory {
    private final ServerStreamTracer none = new ServerStreamTracer() {};

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      MethodPlan plan = plans.last(fullMethodName);
      // A plan that no longer holds is made again before the call starts, and may have stages then.
      return plan != null && plan.stages().length == 0 && plans.holds(plan)
          ? none
          : new ServerCallTracer(ServerPipeline.this, plan, headers);
    }
  }
}
