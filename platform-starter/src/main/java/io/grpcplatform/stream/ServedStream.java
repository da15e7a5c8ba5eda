package io.grpcplatform.stream;

import io.grpc.stub.StreamObserver;

/**
 * One stream as a server hears it.
 *
 * @param <Q> the client's messages
 */
interface ServedStream<Q> extends StreamObserver<Q> {

  /** The stream can take more answers. */
  void ready();

  /** The stream has ended, whoever ended it. May be told more than once. */
  void gone();
}
