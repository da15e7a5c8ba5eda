package io.grpcplatform.loadshedding;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls while the server has too much to do, and remembers the caller's priority for the
 * calls made on its behalf. Runs on the thread the handler is about to run on.
 */
final class LoadSheddingServerStage implements ServerFeature {

  /** What operators and load balancers ask a server that is in trouble. */
  private static final Set<String> ALWAYS_PASS =
      Set.of(
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection",
          "grpc.channelz.v1.Channelz",
          "envoy.service.status.v3.ClientStatusDiscoveryService");

  private final LoadSheddingProperties properties;
  private final LoadGate gate;
  private final Overload overload;
  private final CallClock clock;

  LoadSheddingServerStage(
      LoadSheddingProperties properties, LoadGate gate, Overload overload, CallClock clock) {
    this.properties = properties;
    this.gate = gate;
    this.overload = overload;
    this.clock = clock;
  }

  @Override
  public ServerStage stage() {
    return ServerStage.LOAD_SHEDDING;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    if (!properties.enabled() || ALWAYS_PASS.contains(key.service())) {
      return null;
    }
    Priority usual = properties.priorityOf(key);
    if (properties.mode() == Mode.OFF) {
      return call -> {
        priorityOf(call, usual);
        return null;
      };
    }
    Terms terms = new Terms(gate, overload, usual, properties.mode() == Mode.ENFORCE);
    return method.getType() == MethodType.UNARY
        ? new Unary(terms, new Fastest())
        : new Stream(terms, clock, method.getType());
  }

  /** The call's own priority, else its method's; others than the default go on with the call. */
  private static Priority priorityOf(CallStart call, Priority usual) {
    Metadata headers = call.headers();
    Priority own = Priority.of(headers.get(PriorityClientInterceptor.HEADER));
    Priority priority = own == null ? usual : own;
    if (priority != Priority.DEFAULT) {
      call.context(PriorityClientInterceptor.CURRENT, priority);
    }
    return priority;
  }

  /**
   * What holds for all calls of one method.
   *
   * @param usual the priority of calls that bring none
   * @param enforce whether calls are refused, or only counted
   */
  record Terms(LoadGate gate, Overload overload, Priority usual, boolean enforce) {

    /** Whether the call is let in although it is one too many; refuses it where that counts. */
    private boolean tooMany(CallStart call, Priority priority, boolean stream, long now)
        throws Refusal {
      boolean shed = gate.shedsNew(priority, stream, now - call.startNanos(), now);
      if (shed && enforce) {
        throw overload.refusal(priority, gate, now);
      }
      return shed;
    }
  }

  private record Unary(Terms terms, Fastest fastest) implements StagePlan {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      Priority priority = priorityOf(call, terms.usual());
      long now = System.nanoTime();
      boolean counted = terms.tooMany(call, priority, false, now);
      return new UnaryWorkHook(terms, fastest, priority, now, counted);
    }
  }

  private record Stream(Terms terms, CallClock clock, MethodType type) implements StagePlan {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      Priority priority = priorityOf(call, terms.usual());
      terms.tooMany(call, priority, true, System.nanoTime());
      return new StreamWorkHook(
          terms.gate(), priority, clock, call.control(), type, terms.enforce());
    }
  }
}
