package io.grpcplatform;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * A call that is about to start, as a {@link StagePlan} sees it. Not valid after {@code begin} has
 * returned.
 */
public interface CallStart {

  CallKey key();

  MethodDescriptor<?, ?> method();

  /**
   * The request headers: what a client is about to send (may be added to), what a server received.
   */
  Metadata headers();

  /** {@link System#nanoTime()} at the call's edge; one reading for all stages. */
  long startNanos();

  /** The peer's transport attributes on a server; empty on a client. */
  Attributes attributes();

  /**
   * On a client the deadline among the call's own options, null if its caller set none (a deadline
   * in the current {@link Context} is not shown here); on a server the deadline that arrived.
   */
  @Nullable Deadline deadline();

  /**
   * Sets the call's deadline. On a client it replaces the call option; gRPC still takes the earlier
   * of it and the current {@link Context}'s. On a server it can only shorten: the handler's Context
   * carries it, and when it passes the call is really closed with DEADLINE_EXCEEDED.
   */
  void deadline(Deadline deadline);

  /** The client's call options; {@link CallOptions#DEFAULT} on a server. */
  CallOptions options();

  /** Replaces the client's call options; an {@link IllegalStateException} on a server. */
  void options(CallOptions changed);

  /** Adds a value to the Context that the call runs in. */
  <T> void context(Context.Key<T> key, T value);

  /** What the Context that the call runs in has for {@code key}, by the stages further out too. */
  <T> @Nullable T context(Context.Key<T> key);

  /** Valid for the whole life of the call. */
  CallControl control();
}
