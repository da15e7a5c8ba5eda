package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.test.v1.EndingRequest;
import io.grpcplatform.test.v1.EndingResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call as its caller sees it, and as the transport below it does. */
final class Caller extends ClientCall.Listener<EndingResponse> {

  private final ClientCall<EndingRequest, EndingResponse> call;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch answered = new CountDownLatch(1);
  private final List<Status> wire = new CopyOnWriteArrayList<>();
  private final boolean failsOnMessages;
  private volatile int closes;
  private volatile @Nullable Status status;
  private volatile @Nullable Throwable thrown;
  private volatile Metadata trailers = new Metadata();

  private Caller(
      ManagedChannel channel,
      MethodDescriptor<EndingRequest, EndingResponse> method,
      CallOptions options,
      boolean failsOnMessages) {
    this.failsOnMessages = failsOnMessages;
    this.call = channel.newCall(method, options.withStreamTracerFactory(new Attempts()));
  }

  /** Starts a call, and sends nothing yet. */
  static Caller start(
      ManagedChannel channel,
      MethodDescriptor<EndingRequest, EndingResponse> method,
      CallOptions options) {
    return new Caller(channel, method, options, false).started();
  }

  /** The same, by somebody who fails when an answer comes. */
  static Caller startFailing(
      ManagedChannel channel, MethodDescriptor<EndingRequest, EndingResponse> method) {
    return new Caller(channel, method, CallOptions.DEFAULT, true).started();
  }

  private Caller started() {
    try {
      call.start(this, new Metadata());
      call.request(2);
    } catch (RuntimeException failed) {
      thrown = failed;
      closed.countDown();
    }
    return this;
  }

  /** Sends the request; a stream that is to be held open is not closed behind it. */
  Caller send(EndingRequest request, MethodType kind, boolean open) {
    if (thrown == null) {
      call.sendMessage(request);
      if (!open || kind == MethodType.UNARY || kind == MethodType.SERVER_STREAMING) {
        call.halfClose();
      }
    }
    return this;
  }

  ClientCall<EndingRequest, EndingResponse> call() {
    return call;
  }

  void awaitClosed() throws InterruptedException {
    assertThat(closed.await(20, TimeUnit.SECONDS)).as("the caller is told the end").isTrue();
  }

  /** Until the server's headers are here: a stream gets them before anything else. */
  Caller awaitHeaders() throws InterruptedException {
    assertThat(begun.await(10, TimeUnit.SECONDS)).as("the caller gets headers").isTrue();
    return this;
  }

  void awaitAnswer() throws InterruptedException {
    assertThat(answered.await(10, TimeUnit.SECONDS)).as("the caller gets a message").isTrue();
  }

  /** How often the caller was told that the call is over. */
  int closes() {
    return closes;
  }

  @Nullable Status status() {
    return status;
  }

  @Nullable Throwable thrown() {
    return thrown;
  }

  Metadata trailers() {
    return trailers;
  }

  /** How the transport says that the attempts ended, in their order. */
  List<Status> wire() {
    return wire;
  }

  @Override
  public void onHeaders(Metadata headers) {
    begun.countDown();
  }

  @Override
  public void onMessage(EndingResponse message) {
    answered.countDown();
    if (failsOnMessages) {
      throw new IllegalStateException("a caller that fails");
    }
  }

  @Override
  public synchronized void onClose(Status status, Metadata trailers) {
    closes++;
    this.status = status;
    this.trailers = trailers;
    closed.countDown();
  }

  private final class Attempts extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamClosed(Status end) {
          wire.add(end);
        }
      };
    }
  }
}
