package io.grpcplatform;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/** The part of a wrapped client call that stages see, and may change, while it starts. */
abstract class StartingClientCall<Q, R> extends ClientCall<Q, R> implements CallStart {

  final MethodPlan plan;
  final MethodDescriptor<Q, R> method;
  final HookChain hooks;
  CallOptions options;
  @Nullable Context context;
  volatile @Nullable ClientCall<Q, R> real;
  private @Nullable Metadata requestHeaders;
  private long startNanos;

  StartingClientCall(MethodPlan plan, MethodDescriptor<Q, R> method, CallOptions options) {
    this.plan = plan;
    this.method = method;
    this.options = options;
    this.hooks = new HookChain(plan.stages());
  }

  final void startsNow(Metadata headers) {
    requestHeaders = headers;
    startNanos = System.nanoTime();
  }

  /** The call is over on the wire. */
  final void finished(Outcome outcome) {
    CallLatencies.Window latencies = plan.latencies();
    if (latencies != null) {
      latencies.ended(System.nanoTime() - startNanos, outcome);
    }
    hooks.ended(outcome);
  }

  final Context context() {
    return context == null ? Context.current() : context;
  }

  final ClientCall<Q, R> call() {
    ClientCall<Q, R> call = real;
    if (call == null) {
      throw new IllegalStateException("The call was not started");
    }
    return call;
  }

  @Override
  public Attributes getAttributes() {
    ClientCall<Q, R> call = real;
    return call == null ? Attributes.EMPTY : call.getAttributes();
  }

  @Override
  public CallKey key() {
    return plan.key();
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return method;
  }

  @Override
  public Metadata headers() {
    if (requestHeaders == null) {
      throw new IllegalStateException("The call was not started");
    }
    return requestHeaders;
  }

  @Override
  public long startNanos() {
    return startNanos;
  }

  @Override
  public Attributes attributes() {
    return Attributes.EMPTY;
  }

  @Override
  public @Nullable Deadline deadline() {
    return options.getDeadline();
  }

  @Override
  public void deadline(Deadline deadline) {
    options = options.withDeadline(deadline);
  }

  @Override
  public CallOptions options() {
    return options;
  }

  @Override
  public void options(CallOptions changed) {
    options = changed;
  }

  @Override
  public <T> void context(Context.Key<T> key, T value) {
    context = context().withValue(key, value);
  }

  @Override
  public <T> @Nullable T context(Context.Key<T> key) {
    return key.get(context());
  }
}
