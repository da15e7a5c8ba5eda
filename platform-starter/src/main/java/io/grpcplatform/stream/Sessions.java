package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;

/**
 * Where resumable sessions begin, on either side: a bean, and {@link #plain()} without Spring.
 *
 * <p>The messages of the method have one field of the type {@code platform.v1.SessionFrame}, in the
 * request and in the response.
 *
 * <p>Threading: safe.
 */
public interface Sessions {

  /** Sessions without Spring, as an application has them where nothing is configured. */
  static Sessions plain() {
    return PlatformSessions.builder().build();
  }

  /** Sessions without Spring, within other limits; {@link PlatformSessions#builder} says more. */
  static Sessions plain(SessionLimits limits) {
    return PlatformSessions.builder().limits(limits).build();
  }

  /**
   * A client's session.
   *
   * @param channel one of the application's, from {@code GrpcChannels}, or any other
   * @throws IllegalArgumentException if the method is not bidirectional, or its messages have no
   *     place for the frame
   */
  <Q extends Message, R extends Message> ResumableStream<Q, R> open(
      Channel channel, MethodDescriptor<Q, R> method, SessionListener<R> listener);

  /**
   * A server's sessions of one method, made once.
   *
   * @throws IllegalArgumentException if the method is not bidirectional, or its messages have no
   *     place for the frame
   */
  <Q extends Message, R extends Message> Served<Q, R> serve(
      MethodDescriptor<Q, R> method, SessionHandler<Q, R> handler);

  /**
   * Takes the streams of one method.
   *
   * @param <Q> the client's messages
   * @param <R> the answers
   */
  interface Served<Q extends Message, R extends Message> {

    /** What the generated handler's method returns: {@code return sessions.stream(answers);}. */
    StreamObserver<Q> stream(StreamObserver<R> answers);
  }
}
