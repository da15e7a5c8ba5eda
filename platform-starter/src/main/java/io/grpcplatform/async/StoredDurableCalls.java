package io.grpcplatform.async;

import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.WorkTraces;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Durable calls in a table of the application's database. */
final class StoredDurableCalls implements DurableCalls {

  private static final Logger log = LoggerFactory.getLogger(StoredDurableCalls.class);
  private static final int MOST_LISTED = 1000;

  private final CallTable table;
  private final CallLists lists;
  private final CallTransactions transactions;
  private final CallPlaces places;
  private final CallRunner runner;
  private final CallEnds ends;
  private final CallWaiters waiters;
  private final WorkTraces traces;
  private final Parts parts;

  /**
   * What else it is made of.
   *
   * @param ids a new one each time
   * @param now milliseconds since 1970
   * @param maxRequestSize in bytes
   * @param wake told when there may be something to do
   */
  record Parts(
      Supplier<String> ids,
      LongSupplier now,
      long maxRequestSize,
      Runnable wake,
      AsyncWatch watch) {}

  StoredDurableCalls(
      CallTable table,
      CallLists lists,
      CallTransactions transactions,
      CallPlaces places,
      CallRunner runner,
      CallEnds ends,
      CallWaiters waiters,
      WorkTraces traces,
      Parts parts) {
    this.table = table;
    this.lists = lists;
    this.transactions = transactions;
    this.places = places;
    this.runner = runner;
    this.ends = ends;
    this.waiters = waiters;
    this.traces = traces;
    this.parts = parts;
  }

  @Override
  public <Q extends Message> Operation submit(
      MethodDescriptor<Q, ?> method, Q request, SubmitOptions options) {
    StoredCall call = call(method, request.toByteString(), options);
    boolean stored;
    try {
      stored = table.insert(call);
    } catch (RuntimeException failed) {
      throw table.explained(failed);
    }
    if (stored) {
      CallTransactions.afterCommit(
          () -> {
            parts.watch().submitted(false);
            parts.wake().run();
          });
      return OperationView.of(call);
    }
    String key = call.ownKey();
    StoredCall known = key == null ? null : table.known(call.method(), key);
    if (known == null) {
      throw new IllegalStateException(
          call.method() + ": the call of this key was removed meanwhile (expected: submit again)");
    }
    parts.watch().submitted(true);
    if (!known.request().equals(call.request())) {
      log.warn(
          "A call of {} was submitted with the key {} of an earlier one and another request, which"
              + " is dropped",
          call.method(),
          key);
    }
    return OperationView.of(known);
  }

  private void check(MethodDescriptor<?, ?> method, ByteString request) {
    CallPlaces.check(method);
    if (request.size() > parts.maxRequestSize()) {
      throw new IllegalArgumentException(
          "The request has "
              + request.size()
              + " bytes (expected: at most "
              + parts.maxRequestSize()
              + ", platform.async.max-request-size)");
    }
  }

  private StoredCall call(
      MethodDescriptor<?, ?> method, ByteString request, SubmitOptions options) {
    check(method, request);
    Place place = places.of(method, options.channel());
    String id = parts.ids().get();
    long time = parts.now().getAsLong();
    return new StoredCall(
        id,
        method.getFullMethodName(),
        options.key() == null ? id : options.key(),
        options.key(),
        place.kind() == Place.Kind.CARRIER ? CallState.CARRIED : CallState.WAITING,
        place,
        request,
        CallPlaces.type(method.getRequestMarshaller()),
        CallPlaces.type(method.getResponseMarshaller()),
        null,
        null,
        traces.current(),
        0,
        1,
        time,
        time + options.delay().toMillis(),
        null,
        null,
        null,
        0);
  }

  @Override
  public Optional<Operation> find(String name) {
    return Optional.ofNullable(table.find(StoredCall.id(name))).map(OperationView::of);
  }

  @Override
  public CompletionStage<Operation> completion(String name) {
    return waiters.await(StoredCall.id(name));
  }

  @Override
  public boolean cancel(String name) {
    String id = StoredCall.id(name);
    return transactions.run(
        () -> {
          StoredCall call = table.lock(id);
          return call == null ? runner.cancel(id) : cancel(call);
        });
  }

  private boolean cancel(StoredCall call) {
    boolean unsent = call.state() == CallState.CARRIED && call.attempts() == 0;
    if (call.state() != CallState.WAITING && !unsent) {
      return false;
    }
    long time = parts.now().getAsLong();
    ByteString error =
        Attempt.failed(Status.Code.CANCELLED, "The call was cancelled").error().toByteString();
    boolean cancelled = table.end(call, CallState.CANCELLED, error, time, ends.tellAt(call, time));
    CallTransactions.afterCommit(() -> ends.ended(call.id()));
    return cancelled;
  }

  @Override
  public List<DeadLetter> deadLetters(int atMost) {
    return lists.dead(Math.min(atMost, MOST_LISTED)).stream()
        .map(OperationView::deadLetter)
        .toList();
  }

  @Override
  public boolean revive(String name) {
    @Nullable StoredCall call = table.find(StoredCall.id(name));
    if (call == null) {
      return false;
    }
    CallState state =
        call.place().kind() == Place.Kind.CARRIER ? CallState.CARRIED : CallState.WAITING;
    boolean revived = table.revive(call.id(), state, call.round() + 1, parts.now().getAsLong());
    CallTransactions.afterCommit(parts.wake());
    return revived;
  }
}
