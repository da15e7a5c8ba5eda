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

  boolean isReady() {
    return call.isReady();
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

  @Override
  public void onHeaders(Metadata headers) {
    traces = traces.ofStream();
    thread.execute(() -> owner.accepted(this));
  }

  @Override
  public void onReady() {
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
