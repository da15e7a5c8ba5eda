package io.grpcplatform.composition.endings;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A stage of the test's own on either side: counts begins and ends, and refuses if it is told to.
 */
final class Probe {

  final AtomicInteger begun = new AtomicInteger();
  final AtomicInteger ended = new AtomicInteger();
  private final @Nullable StagePlan refusing;

  Probe(@Nullable StagePlan refusing) {
    this.refusing = refusing;
  }

  void restart() {
    begun.set(0);
    ended.set(0);
  }

  private CallHook begin(CallStart call) throws Refusal {
    begun.incrementAndGet();
    if (refusing != null) {
      try {
        refusing.begin(call);
      } catch (Refusal | RuntimeException noHook) {
        // What refuses, or fails, has no hook and hears of no end.
        begun.decrementAndGet();
        throw noHook;
      }
    }
    return new CallHook() {
      @Override
      public void ended(Outcome outcome) {
        ended.incrementAndGet();
      }
    };
  }

  /** On the stage where a login would be. */
  ServerFeature server() {
    return new ServerFeature() {
      @Override
      public ServerStage stage() {
        return ServerStage.SECURITY;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return method.getBareMethodName().equals("Hold") ? call -> null : Probe.this::begin;
      }
    };
  }

  /** Nearest the wire. */
  ClientFeature client() {
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return ClientStage.FAULT;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return method.getBareMethodName().equals("Hold") ? call -> null : Probe.this::begin;
      }
    };
  }
}
