package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpcplatform.async.CallTable.Claim;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out claimed calls. The row is locked, the handler run and the result written in one
 * transaction of the thread; a failure rolls that back and is noted in a second one.
 *
 * <p>Threading: safe; runs on the threads of workers.
 */
final class CallRunner {

  private static final Logger log = LoggerFactory.getLogger(CallRunner.class);

  private final CallTable table;
  private final CallTransactions transactions;
  private final CallPlaces places;
  private final RetryRule retries;
  private final CallEnds ends;
  private final AsyncWatch watch;
  private final LongSupplier now;
  private final Duration timeout;
  private final ScheduledExecutorService timer;
  private final Map<String, Context.CancellableContext> running = new ConcurrentHashMap<>();
  private final Set<String> unwanted = ConcurrentHashMap.newKeySet();

  CallRunner(
      CallTable table,
      CallTransactions transactions,
      CallPlaces places,
      RetryRule retries,
      CallEnds ends,
      AsyncWatch watch,
      LongSupplier now,
      Duration timeout,
      ScheduledExecutorService timer) {
    this.table = table;
    this.transactions = transactions;
    this.places = places;
    this.retries = retries;
    this.ends = ends;
    this.watch = watch;
    this.now = now;
    this.timeout = timeout;
    this.timer = timer;
  }

  /** What was begun: the row as it was locked, and what came of it. */
  private record Begun(@Nullable StoredCall call, @Nullable Attempt attempt) {

    private static final Begun NOTHING = new Begun(null, null);

    boolean succeeded() {
      return attempt == null || attempt.succeeded();
    }
  }

  /**
   * Carries out one call.
   *
   * @return milliseconds until it is to be tried again; negative where it is not, or not by this
   */
  long run(Claim claim) {
    Begun begun;
    StoredCall[] locked = new StoredCall[1];
    long start = now.getAsLong();
    try {
      begun = transactions.keeping(() -> begin(claim, locked), Begun::succeeded);
    } catch (RuntimeException | Error failed) {
      if (locked[0] == null) {
        transactions.run(() -> release(claim));
        throw failed;
      }
      // The commit did not succeed, or the handler's transaction was marked, or it threw an error.
      log.warn("A durable call could not be committed: {}", failed.toString());
      log.debug("Why", failed);
      begun = new Begun(locked[0], Attempt.failed(Status.Code.ABORTED, message(failed)));
    }
    StoredCall call = begun.call();
    Attempt attempt = begun.attempt();
    try {
      if (call == null || attempt == null) {
        return -1;
      }
      watch.attempted(attempt.code(), Duration.ofMillis(now.getAsLong() - start));
      if (attempt.succeeded()) {
        ended(call, CallState.DONE);
        return -1;
      }
      return transactions.run(() -> failed(call, attempt));
    } finally {
      running.remove(claim.id());
      unwanted.remove(claim.id());
    }
  }

  private boolean release(Claim claim) {
    table.release(claim);
    return true;
  }

  private static String message(Throwable failed) {
    return "The transaction of the attempt failed: " + failed.getClass().getName();
  }

  private Begun begin(Claim claim, @Nullable StoredCall[] locked) {
    StoredCall call = table.lock(claim);
    if (call == null) {
      return Begun.NOTHING;
    }
    locked[0] = call;
    if (!retries.allows(call.attempts())) {
      return new Begun(call, diedTooOften());
    }
    Context.CancellableContext context =
        IdempotencyKey.in(Context.ROOT, call.key())
            .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS, timer);
    running.put(call.id(), context);
    Attempt attempt = places.attempt(call, context);
    ByteString response = attempt.response();
    if (response != null) {
      String known = call.responseType();
      String type = known.isEmpty() ? places.responseType(call.method()) : known;
      long time = now.getAsLong();
      table.done(call, response, type, time, ends.tellAt(call, time));
    }
    return new Begun(call, attempt);
  }

  private Attempt diedTooOften() {
    return Attempt.failed(
        Status.Code.DATA_LOSS,
        "None of "
            + retries.maxAttempts()
            + " attempts came to an end: the process died in each, or was too slow to begin it");
  }

  private long failed(StoredCall call, Attempt attempt) {
    long time = now.getAsLong();
    ByteString error = attempt.error().toByteString();
    if (unwanted.contains(call.id())) {
      end(
          call,
          CallState.CANCELLED,
          Attempt.failed(Status.Code.CANCELLED, "").error().toByteString());
      return -1;
    }
    if (!retries.again(attempt, call.attempts())) {
      end(call, CallState.DEAD, error);
      return -1;
    }
    long pause = retries.pause(call.attempts());
    int counted = attempt.refused() ? call.attempts() - 1 : call.attempts();
    return table.again(call, counted, error, time + pause) ? pause : -1;
  }

  private void end(StoredCall call, CallState state, ByteString error) {
    long time = now.getAsLong();
    if (table.end(call, state, error, time, ends.tellAt(call, time))) {
      CallTransactions.afterCommit(() -> ended(call, state));
    }
  }

  private void ended(StoredCall call, CallState state) {
    watch.ended(state, Duration.ofMillis(Math.max(0, now.getAsLong() - call.submittedAt())));
    ends.ended(call.id());
  }

  /** Tells a call that runs here that nobody wants it any more; false where none does. */
  boolean cancel(String id) {
    Context.CancellableContext context = running.get(id);
    if (context == null) {
      return false;
    }
    unwanted.add(id);
    context.cancel(new StatusException(Status.CANCELLED.withDescription("It was cancelled")));
    return true;
  }

  /** How many run here. */
  int running() {
    return running.size();
  }
}
