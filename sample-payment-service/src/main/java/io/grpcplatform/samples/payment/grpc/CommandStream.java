package io.grpcplatform.samples.payment.grpc;

import io.grpc.Status;
import io.grpcplatform.samples.payment.Answer;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentDesk;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.stream.SessionAnswers;
import io.grpcplatform.stream.SessionHandler;
import io.grpcplatform.telemetry.MessageTraces;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The commands of {@code Process}. Called on the server's executor, one command of a session at a
 * time; it blocks there on the database.
 *
 * <p>A command brings the trace of its order, and its answer takes that along; the stream's own
 * trace is about the stream.
 *
 * <ul>
 *   <li><b>Pace:</b> the caller's reading. One command of a session is in work at a time, and a
 *       caller that does not read its answers is not read either, so neither side's heap grows.
 *   <li><b>Cancel, cut:</b> the command in work is finished and stored; its answer is given when
 *       the session is back, or the command is sent again.
 *   <li><b>Half-close:</b> what had arrived is answered, then the stream ends with OK.
 *   <li><b>Drain:</b> the caller's session is asked to move to another instance, then the platform
 *       ends the stream with UNAVAILABLE/DRAINING.
 *   <li><b>Bad message:</b> without a command id there is nothing to answer to: the stream ends
 *       INVALID_ARGUMENT. Anything else wrong with it is answered {@code Rejected}, and the stream
 *       goes on.
 * </ul>
 */
final class CommandStream implements SessionHandler<ProcessRequest, ProcessResponse> {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private final PaymentDesk desk;
  private final MessageTraces traces;

  CommandStream(PaymentDesk desk, MessageTraces traces) {
    this.desk = desk;
    this.traces = traces;
  }

  /** The command's own id is its key, whichever session and instance it comes to. */
  @Override
  public CompletionStage<Void> message(
      ProcessRequest request, SessionAnswers<ProcessResponse> answers) {
    if (request.getCommandId().isBlank()) {
      throw Status.INVALID_ARGUMENT
          .withDescription("command_id: empty (expected: the command's idempotency key)")
          .asRuntimeException();
    }
    traces.handle(
        PaymentWire.name(request), request.getTraceparent(), () -> answers.send(carryOut(request)));
    return DONE;
  }

  /** In the command's own trace; the answer goes on from here. */
  private ProcessResponse carryOut(ProcessRequest request) {
    return PaymentWire.response(answer(request)).toBuilder()
        .setTraceparent(traces.current())
        .build();
  }

  private Answer answer(ProcessRequest request) {
    PaymentCommand command;
    try {
      command = PaymentWire.command(request);
    } catch (IllegalArgumentException malformed) {
      String detail = String.valueOf(malformed.getMessage());
      return desk.malformed(request.getCommandId(), request.getPaymentId(), detail);
    }
    return desk.answer(command);
  }
}
