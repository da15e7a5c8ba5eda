package io.grpcplatform.samples.order.payment;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpcplatform.client.GlobalClientInterceptor;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.telemetry.MessageTraces;
import org.springframework.stereotype.Component;

/**
 * Knows the span of the stream that the session has opened last, for the messages that go over it:
 * a session tells of its streams in nobody's trace. Called on gRPC's threads; never blocks.
 */
@Component
@GlobalClientInterceptor
final class StreamTraces implements ClientInterceptor {
  private static final String PROCESS = PaymentServiceGrpc.getProcessMethod().getFullMethodName();

  private final MessageTraces traces;
  private volatile MessageTraces latest;

  StreamTraces(MessageTraces traces) {
    this.traces = traces;
    this.latest = traces;
  }

  /** Those of the latest stream. */
  MessageTraces latest() {
    return latest;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    ClientCall<Q, R> call = next.newCall(method, options);
    return method.getFullMethodName().equals(PROCESS) ? new Stream<>(call) : call;
  }

  private final class Stream<Q, R> extends SimpleForwardingClientCall<Q, R> {
    Stream(ClientCall<Q, R> call) {
      super(call);
    }

    /** The headers come in the trace of the stream, and before anything that the session reads. */
    @Override
    public void start(Listener<R> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onHeaders(Metadata received) {
              latest = traces.ofStream();
              super.onHeaders(received);
            }
          },
          headers);
    }
  }
}
