package io.grpcplatform;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** The part of a wrapped server call that stages see while it starts, and that only passes on. */
abstract class StartingServerCall<Q, R> extends ServerCall<Q, R> implements CallStart {

  static final Status TWO_ANSWERS =
      Status.INTERNAL.withDescription("The handler answered more than once");
  private static final Status NO_ANSWER =
      Status.INTERNAL.withDescription("The handler completed without an answer");

  final MethodPlan plan;
  final ServerCall<Q, R> real;
  final HookChain hooks;
  final @Nullable Deadline arrived = Context.current().getDeadline();
  @Nullable Context context;
  @Nullable Deadline shortened;
  private final Metadata requestHeaders;
  private final long startNanos;
  private boolean answered;

  StartingServerCall(MethodPlan plan, ServerCall<Q, R> real, Metadata headers, long startNanos) {
    this.plan = plan;
    this.real = real;
    this.hooks = new HookChain(plan.stages());
    this.requestHeaders = headers;
    this.startNanos = startNanos;
  }

  @Nullable Context context() {
    return context;
  }

  boolean earlyHeaders() {
    return plan.earlyHeaders();
  }

  /** Makes the Context of a call whose deadline a stage has shortened. */
  final Context.CancellableContext limit(Deadline limit, Runnable expired) {
    Context.CancellableContext limited =
        (context == null ? Context.current() : context)
            .withDeadline(limit, SystemClock.INSTANCE.timer());
    context = limited;
    limited.addListener(
        cancelled -> {
          if (limit.isExpired()) {
            expired.run();
          }
        },
        Runnable::run);
    return limited;
  }

  /**
   * Whether a handler that may answer once does so again. gRPC alone would reset the stream, so
   * that the caller reads CANCELLED where this side tells INTERNAL.
   */
  final boolean answersAgain() {
    boolean again = answered && answersOnce();
    answered = true;
    return again;
  }

  /** The same for a handler that completes without its answer: what its OK is worth. */
  final Status honest(Status status) {
    return status.isOk() && !answered && answersOnce() ? NO_ANSWER : status;
  }

  private boolean answersOnce() {
    return real.getMethodDescriptor().getType().serverSendsOneMessage();
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    synchronized (this) {
      real.setMessageCompression(enabled);
    }
  }

  @Override
  public void setCompression(String compressor) {
    synchronized (this) {
      real.setCompression(compressor);
    }
  }

  @Override
  public void setOnReadyThreshold(int numBytes) {
    real.setOnReadyThreshold(numBytes);
  }

  @Override
  public SecurityLevel getSecurityLevel() {
    return real.getSecurityLevel();
  }

  @Override
  public Attributes getAttributes() {
    return real.getAttributes();
  }

  @Override
  public @Nullable String getAuthority() {
    return real.getAuthority();
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return real.getMethodDescriptor();
  }

  @Override
  public CallKey key() {
    return plan.key();
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return real.getMethodDescriptor();
  }

  @Override
  public Metadata headers() {
    return requestHeaders;
  }

  @Override
  public long startNanos() {
    return startNanos;
  }

  /** The other half of {@link CallControl#traceId()}. */
  public @Nullable String traceId() {
    return hooks.traceId();
  }

  @Override
  public Attributes attributes() {
    return real.getAttributes();
  }

  @Override
  public @Nullable Deadline deadline() {
    return arrived;
  }

  @Override
  public void deadline(Deadline deadline) {
    Deadline before = shortened;
    shortened = before == null ? deadline : before.minimum(deadline);
  }

  @Override
  public CallOptions options() {
    return CallOptions.DEFAULT;
  }

  @Override
  public void options(CallOptions changed) {
    throw new IllegalStateException("A server call has no call options (expected: a client stage)");
  }

  @Override
  public <T> void context(Context.Key<T> key, T value) {
    context = (context == null ? Context.current() : context).withValue(key, value);
  }

  @Override
  public <T> @Nullable T context(Context.Key<T> key) {
    return key.get(context == null ? Context.current() : context);
  }
}
