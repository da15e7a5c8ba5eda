package io.grpcplatform.samples.order.payment;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.telemetry.MessageTraces;
import java.util.concurrent.Executor;

/**
 * One opened {@code Process} call. Its methods are called on the link's thread only; what gRPC
 * says, on gRPC's threads, is handed over to that thread. At most the read-ahead waits there, for
 * no more answers are asked for.
 */
final class PaymentStream extends ClientCall.Listener<ProcessResponse> {
  /** Who hears of it, on the link's thread. */
  interface Owner {
    void accepted(PaymentStream stream);

    void ready(PaymentStream stream);

    void answered(PaymentStream stream, ProcessResponse answer);

    void closed(PaymentStream stream, Status status);
  }

  private final Owner owner;
  private final Executor thread;
  private final ClientCall<ProcessRequest, ProcessResponse> call;
  private volatile MessageTraces traces;
  private volatile boolean known;

  PaymentStream(Channel channel, Owner owner, Executor thread, MessageTraces traces) {
    this.traces = traces;
    this.owner = owner;
    this.thread = thread;
    this.call = channel.newCall(PaymentServiceGrpc.getProcessMethod(), CallOptions.DEFAULT);
  }

  /**
   * Under the root context: the stream outlives whatever call or trace happened to be current when
   * it was opened.
   */
  void open(int readAhead) {
    Context.ROOT.run(
        () -> {
          call.start(this, new Metadata());
          call.request(readAhead);
        });
  }

  /** Not before the stream's own trace is known, which gRPC says no later than that it is ready. */
  boolean isReady() {
    return known && call.isReady();
  }

  /** For the messages of this stream, whose own span they then name. */
  MessageTraces traces() {
    return traces;
  }

  void send(ProcessRequest request) {
    call.sendMessage(request);
  }

  void readOneMore() {
    call.request(1);
  }

  void halfClose() {
    call.halfClose();
  }

  void cancel(String reason) {
    call.cancel(reason, null);
  }

  /** Callbacks come one at a time, in the trace of the stream. */
  private void know() {
    if (!known) {
      traces = traces.ofStream();
      known = true;
    }
  }

  @Override
  public void onHeaders(Metadata headers) {
    know();
    thread.execute(() -> owner.accepted(this));
  }

  @Override
  public void onReady() {
    know();
    thread.execute(() -> owner.ready(this));
  }

  @Override
  public void onMessage(ProcessResponse answer) {
    thread.execute(() -> owner.answered(this, answer));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    thread.execute(() -> owner.closed(this, status));
  }
}
