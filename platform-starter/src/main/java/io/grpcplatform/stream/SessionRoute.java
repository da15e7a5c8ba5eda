package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.ChannelConnections;
import org.jspecify.annotations.Nullable;

/**
 * Where the streams of a client's session go.
 *
 * @param connections null where the channel does not show them
 */
record SessionRoute<Q extends Message, R extends Message>(
    Channel channel,
    MethodDescriptor<Q, R> method,
    FramedMessages<Q> requests,
    FramedMessages<R> answers,
    @Nullable ChannelConnections connections) {

  /**
   * A route.
   *
   * @throws IllegalArgumentException if the method is not bidirectional, or its messages have no
   *     place for the frame
   */
  static <Q extends Message, R extends Message> SessionRoute<Q, R> of(
      Channel channel, MethodDescriptor<Q, R> method) {
    if (method.getType() != MethodType.BIDI_STREAMING) {
      throw new IllegalArgumentException(
          method.getFullMethodName()
              + " is "
              + method.getType()
              + " (expected: BIDI_STREAMING, for a resumable session)");
    }
    return new SessionRoute<>(
        channel,
        method,
        FramedMessages.of(method.getRequestMarshaller()),
        FramedMessages.of(method.getResponseMarshaller()),
        ChannelConnections.of(channel));
  }

  /** The channel need not wait any longer for its next attempt to connect. */
  void connect() {
    if (connections != null) {
      connections.resetConnectBackoff();
    }
  }

  /** New streams go by new connections. */
  void leaveConnections() {
    if (connections != null) {
      connections.enterIdle();
    }
  }

  boolean over() {
    return connections != null && connections.isShutdown();
  }
}
