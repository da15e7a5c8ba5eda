package io.grpcplatform.telemetry;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Attempt;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream that goes on: what is recorded of it, and how many messages it has carried. Threading:
 * as its call's; what it has counted may be read from anywhere.
 */
final class LiveStream implements CallHook {

  private final CallHook recorded;
  private final Side side;
  private final CallKey key;
  private final long startNanos;
  private final @Nullable SocketAddress peer;
  private final Consumer<LiveStream> over;
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();

  LiveStream(
      CallHook recorded, Side side, CallKey key, CallStart start, Consumer<LiveStream> over) {
    this.recorded = recorded;
    this.side = side;
    this.key = key;
    this.startNanos = start.startNanos();
    this.peer = start.attributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    this.over = over;
  }

  Side side() {
    return side;
  }

  CallKey key() {
    return key;
  }

  /** Null on a client, which may have had several. */
  @Nullable SocketAddress peer() {
    return peer;
  }

  long receivedMessages() {
    return received.get();
  }

  long sentMessages() {
    return sent.get();
  }

  long age(long nanoTime) {
    return nanoTime - startNanos;
  }

  @Override
  public @Nullable Object enter() {
    return recorded.enter();
  }

  @Override
  public void exit(Object scope) {
    recorded.exit(scope);
  }

  @Override
  public void headers(Metadata headers) {
    recorded.headers(headers);
  }

  @Override
  public int mayRequest(int n) {
    return recorded.mayRequest(n);
  }

  @Override
  public @Nullable String traceId() {
    return recorded.traceId();
  }

  @Override
  public void received(Object message) throws Refusal {
    received.incrementAndGet();
    recorded.received(message);
  }

  @Override
  public void sent(Object message) {
    sent.incrementAndGet();
    recorded.sent(message);
  }

  @Override
  public void attempt(Attempt kind, int previous) {
    recorded.attempt(kind, previous);
  }

  @Override
  public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    return recorded.closing(status, trailers, cause);
  }

  @Override
  public void handlerDone() {
    recorded.handlerDone();
  }

  @Override
  public void ended(Outcome outcome) {
    over.accept(this);
    recorded.ended(outcome);
  }
}
