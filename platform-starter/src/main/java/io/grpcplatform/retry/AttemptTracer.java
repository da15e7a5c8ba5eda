package io.grpcplatform.retry;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpcplatform.Attempt;

/**
 * One attempt of a call. Headers from the server commit gRPC to the attempt that brought them:
 * after those no other follows, so only trailers that come alone are of interest.
 *
 * <p>Threading: called on the transport's thread, never blocks.
 */
final class AttemptTracer extends ClientStreamTracer {

  private final RetriedCall call;
  private final Attempt kind;
  private final int previous;
  private boolean committed;

  AttemptTracer(RetriedCall call, Attempt kind, int previous) {
    this.call = call;
    this.kind = kind;
    this.previous = previous;
  }

  @Override
  public void outboundHeaders() {
    call.sent(kind, previous);
  }

  @Override
  public void inboundHeaders(Metadata headers) {
    committed = true;
  }

  @Override
  public void inboundTrailers(Metadata trailers) {
    if (!committed) {
      call.failed(trailers, previous);
    }
  }
}
