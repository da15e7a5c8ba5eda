package io.grpcplatform.deadline;

import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.StagePlan;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A stage next to the wire that remembers with which deadline the last call went out. */
final class SeenDeadline implements ClientFeature {

  private final AtomicReference<@Nullable Deadline> last = new AtomicReference<>();

  @Nullable Deadline last() {
    return last.get();
  }

  @Override
  public ClientStage stage() {
    return ClientStage.FAULT;
  }

  @Override
  public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    return call -> {
      last.set(call.deadline());
      return null;
    };
  }
}
