package io.grpcplatform;

/**
 * Hears how large a method's messages are on the wire: compressed where they are, without gRPC's
 * frame of five bytes and without headers.
 *
 * <p>Only of transports that have a wire: in-process there is none. Threading: called on transport
 * threads and on those that send, concurrently for concurrent calls; must not block.
 */
public interface MessageSizes {

  /** A message has arrived. */
  void received(long bytes);

  /** A message has been handed to the transport. */
  void sent(long bytes);
}
