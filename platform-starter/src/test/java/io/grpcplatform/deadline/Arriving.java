package io.grpcplatform.deadline;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.test.v1.EchoServiceGrpc;

/** A unary call that arrives with a deadline and nothing else. */
record Arriving(Deadline deadline) implements CallStart {

  @Override
  public CallKey key() {
    return CallKey.of("", method());
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return EchoServiceGrpc.getUnaryMethod();
  }

  @Override
  public Metadata headers() {
    return new Metadata();
  }

  @Override
  public long startNanos() {
    return System.nanoTime();
  }

  @Override
  public Attributes attributes() {
    return Attributes.EMPTY;
  }

  @Override
  public void deadline(Deadline shorter) {
    throw new AssertionError("nobody shortens it");
  }

  @Override
  public CallOptions options() {
    return CallOptions.DEFAULT;
  }

  @Override
  public void options(CallOptions changed) {
    throw new IllegalStateException();
  }

  @Override
  public <T> void context(Context.Key<T> key, T value) {
    throw new AssertionError("nobody adds a value");
  }

  @Override
  public <T> T context(Context.Key<T> key) {
    return key.get();
  }

  @Override
  public CallControl control() {
    throw new AssertionError("nobody ends it");
  }
}
