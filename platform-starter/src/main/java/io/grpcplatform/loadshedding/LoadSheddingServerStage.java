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
    boolean enforce = properties.mode() == Mode.ENFORCE;
    return method.getType() == MethodType.UNARY
        ? new Unary(gate, overload, usual, enforce, new Fastest())
        : new Stream(gate, overload, usual, enforce, clock, method.getType());
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

  private record Unary(
      LoadGate gate, Overload overload, Priority usual, boolean enforce, Fastest fastest)
      implements StagePlan {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      Priority priority = priorityOf(call, usual);
      long now = System.nanoTime();
      int waiting = call.waiting();
      long arrived = call.startNanos();
      if (gate.sheds(priority, false, waiting, now - arrived, now) && enforce) {
        throw overload.refusal(priority, gate, now);
      }
      return new UnaryWorkHook(gate, fastest, arrived, now, waiting);
    }
  }

  private record Stream(
      LoadGate gate,
      Overload overload,
      Priority usual,
      boolean enforce,
      CallClock clock,
      MethodType type)
      implements StagePlan {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      Priority priority = priorityOf(call, usual);
      long now = System.nanoTime();
      if (gate.sheds(priority, true, call.waiting(), now - call.startNanos(), now) && enforce) {
        throw overload.refusal(priority, gate, now);
      }
      return new StreamWorkHook(gate, priority, clock, call.control(), type, enforce);
    }
  }
}
