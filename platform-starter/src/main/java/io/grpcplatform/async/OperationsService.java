package io.grpcplatform.async;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Empty;
import com.google.protobuf.util.Durations;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Durable calls for whoever asks over gRPC, as {@code google.longrunning.Operations}. A call that
 * is deleted is shown to nobody any more; its key is remembered as long as any.
 *
 * <p>Runs on the server's executor; whoever waits for an operation holds no thread.
 */
final class OperationsService extends OperationsGrpc.OperationsImplBase {

  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 1000;
  private static final long LONGEST_WAIT_MILLIS = 60_000;

  /** What is left of the caller's own deadline for the answer to arrive. */
  private static final long RESERVE_MILLIS = 50;

  private final DurableCalls calls;
  private final CallLists lists;
  private final Executor answering;

  OperationsService(DurableCalls calls, CallLists lists, Executor answering) {
    this.calls = calls;
    this.lists = lists;
    this.answering = answering;
  }

  @Override
  public void getOperation(GetOperationRequest request, StreamObserver<Operation> answers) {
    answer(request.getName(), calls.find(request.getName()), answers);
  }

  private static void answer(
      String name, Optional<Operation> found, StreamObserver<Operation> answers) {
    if (found.isEmpty()) {
      answers.onError(unknown(name));
      return;
    }
    answers.onNext(found.get());
    answers.onCompleted();
  }

  private static RuntimeException unknown(String name) {
    return Status.NOT_FOUND
        .withDescription("There is no operation of that name, or not any more: " + shortened(name))
        .asRuntimeException();
  }

  private static String shortened(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "…";
  }

  @Override
  public void waitOperation(WaitOperationRequest request, StreamObserver<Operation> answers) {
    String name = request.getName();
    CompletableFuture<Operation> end =
        calls
            .completion(name)
            .toCompletableFuture()
            .orTimeout(patience(request), TimeUnit.MILLISECONDS);
    if (answers instanceof ServerCallStreamObserver<Operation> call) {
      call.setOnCancelHandler(() -> end.cancel(false));
    }
    // Not where the end is told, nor on the JDK's one timer: the latest state is in the database.
    var unused =
        end.whenCompleteAsync(
            (operation, failed) -> {
              if (!end.isCancelled()) {
                latest(name, operation, answers);
              }
            },
            answering);
  }

  private void latest(String name, @Nullable Operation ended, StreamObserver<Operation> answers) {
    try {
      answer(name, ended == null ? calls.find(name) : Optional.of(ended), answers);
    } catch (RuntimeException failed) {
      answers.onError(failed);
    }
  }

  private static long patience(WaitOperationRequest request) {
    long asked =
        request.hasTimeout() ? Durations.toMillis(request.getTimeout()) : LONGEST_WAIT_MILLIS;
    Deadline deadline = Context.current().getDeadline();
    long left =
        deadline == null
            ? LONGEST_WAIT_MILLIS
            : deadline.timeRemaining(TimeUnit.MILLISECONDS) - RESERVE_MILLIS;
    return Math.max(0, Math.min(Math.min(asked, left), LONGEST_WAIT_MILLIS));
  }

  @Override
  public void listOperations(
      ListOperationsRequest request, StreamObserver<ListOperationsResponse> answers) {
    Boolean over;
    switch (request.getFilter().replace(" ", "").toLowerCase(Locale.ROOT)) {
      case "" -> over = null;
      case "done=true", "done" -> over = true;
      case "done=false", "notdone" -> over = false;
      default -> {
        answers.onError(
            Status.INVALID_ARGUMENT
                .withDescription("filter (expected: done=true, done=false or nothing)")
                .asRuntimeException());
        return;
      }
    }
    int asked = request.getPageSize() <= 0 ? PAGE : Math.min(request.getPageSize(), LARGEST_PAGE);
    List<StoredCall> page = lists.page(request.getPageToken(), over, asked);
    ListOperationsResponse.Builder response = ListOperationsResponse.newBuilder();
    page.forEach(call -> response.addOperations(OperationView.of(call)));
    if (page.size() == asked) {
      response.setNextPageToken(page.get(asked - 1).id());
    }
    answers.onNext(response.build());
    answers.onCompleted();
  }

  @Override
  public void cancelOperation(CancelOperationRequest request, StreamObserver<Empty> answers) {
    if (calls.find(request.getName()).isEmpty()) {
      answers.onError(unknown(request.getName()));
      return;
    }
    calls.cancel(request.getName());
    done(answers);
  }

  @Override
  public void deleteOperation(DeleteOperationRequest request, StreamObserver<Empty> answers) {
    if (!lists.hide(StoredCall.id(request.getName()))) {
      answers.onError(unknown(request.getName()));
      return;
    }
    done(answers);
  }

  private static void done(StreamObserver<Empty> answers) {
    answers.onNext(Empty.getDefaultInstance());
    answers.onCompleted();
  }
}
