package io.grpcplatform.samples.order.grpc;

import com.google.longrunning.Operation;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpcplatform.async.DeadLetter;
import io.grpcplatform.async.DurableCalls;
import io.grpcplatform.async.SubmitOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where nothing is submitted. */
final class NoCalls implements DurableCalls {
  @Override
  public <Q extends Message> Operation submit(
      MethodDescriptor<Q, ?> method, Q request, SubmitOptions options) {
    throw new IllegalArgumentException("no calls here: " + method.getFullMethodName());
  }

  @Override
  public Optional<Operation> find(String name) {
    return Optional.empty();
  }

  @Override
  public CompletionStage<Operation> completion(String name) {
    return new CompletableFuture<>();
  }

  @Override
  public boolean cancel(String name) {
    return false;
  }

  @Override
  public List<DeadLetter> deadLetters(int atMost) {
    return List.of();
  }

  @Override
  public boolean revive(String name) {
    return false;
  }
}
