package io.grpcplatform.retry;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpcplatform.retry.AttemptCounters.Kind;

/**
 * One attempt of a call. Headers from the server commit gRPC to the attempt that brought them:
 * after those no other follows, so only trailers that come alone are of interest.
 *
 * <p>Threading: called on the transport's thread, never blocks.
 */
final class AttemptTracer extends ClientStreamTracer {

  private final RetriedCall call;
  private final Kind kind;
  private final boolean othersMayFollow;
  private boolean committed;

  AttemptTracer(RetriedCall call, Kind kind, boolean othersMayFollow) {
    this.call = call;
    this.kind = kind;
    this.othersMayFollow = othersMayFollow;
  }

  @Override
  public void outboundHeaders() {
    call.sent(kind);
  }

  @Override
  public void inboundHeaders(Metadata headers) {
    committed = true;
  }

  @Override
  public void inboundTrailers(Metadata trailers) {
    if (othersMayFollow && !committed) {
      call.failed(trailers);
    }
  }
}
