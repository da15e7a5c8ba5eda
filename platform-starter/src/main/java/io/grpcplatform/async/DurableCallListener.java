package io.grpcplatform.async;

import io.grpc.MethodDescriptor;

/**
 * Hears how the durable calls of one method ended, in the application that submitted them; a bean
 * of this type. Whether a call's end was heard is stored with the call, so it is told at least
 * once, by any process of the application, also after a restart.
 */
public interface DurableCallListener {

  /** The method whose calls this hears of. */
  MethodDescriptor<?, ?> method();

  /**
   * Hears of the end of a call, and once more for each time that it is revived. It runs in a
   * transaction: what it does with the application's database is committed together with the note
   * that it was told, once. Whatever it throws rolls that back, and it is told again after a pause.
   *
   * <p>Runs on a worker's thread; may block. Calls are told in no particular order.
   */
  void ended(EndedCall call);
}
