package io.grpcplatform.async;

import com.google.longrunning.Operation;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Submits unary calls that are carried out whatever happens to this process: the request is stored
 * in the application's database with the transaction of the caller, and a worker, here or in any
 * process of this application, makes the call until it ends. A bean where there is a {@code
 * DataSource} of H2 or PostgreSQL.
 *
 * <p>A method that this application serves runs in place: in one transaction with its result, so a
 * handler that does its work with JDBC or JPA on the thread that calls it, and with the same
 * database, has done it once however often it was begun. Everything else is called at least once,
 * with the key in the metadata {@value IdempotencyKey#HEADER}; whoever serves it tells by the key
 * what comes twice.
 *
 * <p>Everything here takes part in the transaction of its thread, if there is one.
 *
 * <p>Threading: safe; blocks for the database.
 */
public interface DurableCalls {

  /** {@link #submit(MethodDescriptor, Message, SubmitOptions)} with no options. */
  default <Q extends Message> Operation submit(MethodDescriptor<Q, ?> method, Q request) {
    return submit(method, request, SubmitOptions.NONE);
  }

  /**
   * Stores a call. If the transaction of the caller is rolled back, there never was one. Where a
   * call of this method with the same key is known already, nothing is stored and that one is
   * returned, whatever its request was.
   *
   * @param method a unary method, such as {@code PaymentServiceGrpc.getRefundPaymentMethod()}
   * @return what is known of the call; its name is what {@link #find} and {@link #completion} take
   * @throws IllegalArgumentException if the method is not unary or not of protobuf messages, if it
   *     is neither served here nor a channel is named nor a carrier is there, or if the request is
   *     larger than {@code platform.async.max-request-size}
   * @throws IllegalStateException if there is no table to store it in
   */
  <Q extends Message> Operation submit(
      MethodDescriptor<Q, ?> method, Q request, SubmitOptions options);

  /**
   * What is known of a call: done with the response, done with an error, or not done yet; its
   * metadata is a {@code platform.v1.DurableCallState}. Empty for a name that is unknown, was
   * deleted, or ended longer ago than {@code platform.async.retention}.
   */
  Optional<Operation> find(String name);

  /**
   * The end of a call, of whichever process carries it out; completed on a thread that must not be
   * blocked. It fails with {@link java.util.NoSuchElementException} for a name that is unknown. Put
   * a time on it with {@code toCompletableFuture().orTimeout(..)}: a stage that is completed from
   * outside is forgotten.
   */
  CompletionStage<Operation> completion(String name);

  /**
   * Cancels a call that was not begun yet, or waits to be tried again; one that runs in this
   * process is told of it, and is cancelled if it then fails.
   *
   * @return whether it was cancelled or told; false where it has ended, runs in another process or
   *     is on its way with a carrier
   */
  boolean cancel(String name);

  /** The calls that ended with an error, the latest first. */
  List<DeadLetter> deadLetters(int atMost);

  /**
   * Has a dead letter tried again, with all of its attempts.
   *
   * @return false if there is no dead letter of that name
   */
  boolean revive(String name);
}
