package io.grpcplatform.telemetry;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpcplatform.MessageSizes;

/**
 * Tells the sizes of a client's messages, those of every attempt. One object for all calls of a
 * method: it keeps nothing of a call. Runs on transport threads and on those that send.
 */
final class WireSizesTracer extends ClientStreamTracer {

  private final MessageSizes sizes;

  private WireSizesTracer(MessageSizes sizes) {
    this.sizes = sizes;
  }

  /** What goes among a call's options. */
  static Factory telling(MessageSizes sizes) {
    ClientStreamTracer shared = new WireSizesTracer(sizes);
    return new Factory() {
      @Override
      public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
        return shared;
      }
    };
  }

  @Override
  public void inboundMessageRead(int number, long wireBytes, long bytes) {
    if (wireBytes >= 0) {
      sizes.received(wireBytes);
    }
  }

  @Override
  public void outboundMessageSent(int number, long wireBytes, long bytes) {
    if (wireBytes >= 0) {
      sizes.sent(wireBytes);
    }
  }
}
