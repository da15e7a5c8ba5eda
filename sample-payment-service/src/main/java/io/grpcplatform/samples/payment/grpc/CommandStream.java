package io.grpcplatform.samples.payment.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.payment.Answer;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentDesk;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.stream.PacedReader;
import io.grpcplatform.stream.StreamWriter;
import io.grpcplatform.stream.WriterLimits;
import io.grpcplatform.telemetry.MessageTraces;
import java.util.concurrent.CompletionStage;

/**
 * One open {@code Process} stream. gRPC calls it on the server's executor, one callback at a time;
 * it blocks there on the database.
 *
 * <p>A command brings the trace of its order, and its answer takes that along; the stream's own
 * trace is about the stream.
 *
 * <ul>
 *   <li><b>Pace:</b> the caller's reading. One command is in work at a time, and the next is asked
 *       for only when its answer could be handed on; a caller that does not read its answers is not
 *       read either, so neither side's heap grows.
 *   <li><b>Cancel:</b> the command in work is finished and stored; its answer is given when it is
 *       sent again.
 *   <li><b>Half-close:</b> what had arrived is answered, then the stream ends with OK.
 *   <li><b>Drain:</b> the platform ends the stream with UNAVAILABLE/DRAINING; for this handler that
 *       is a cancel.
 *   <li><b>Bad message:</b> without a command id there is nothing to answer to: the stream ends
 *       INVALID_ARGUMENT. Anything else wrong with it is answered {@code Rejected}, and the stream
 *       goes on.
 * </ul>
 */
final class CommandStream implements PacedReader.Handler<ProcessRequest> {
  private final PaymentDesk desk;
  private final MessageTraces traces;
  private final StreamWriter<ProcessResponse> answers;

  private CommandStream(
      PaymentDesk desk, MessageTraces traces, StreamWriter<ProcessResponse> answers) {
    this.desk = desk;
    this.traces = traces;
    this.answers = answers;
  }

  static StreamObserver<ProcessRequest> open(
      PaymentDesk desk, MessageTraces traces, StreamObserver<ProcessResponse> caller) {
    StreamWriter<ProcessResponse> answers = StreamWriter.of(caller, WriterLimits.STANDARD);
    return PacedReader.of(caller, 1, new CommandStream(desk, traces, answers));
  }

  @Override
  public CompletionStage<Void> message(ProcessRequest request) {
    if (request.getCommandId().isBlank()) {
      throw Status.INVALID_ARGUMENT
          .withDescription("command_id: empty (expected: the command's idempotency key)")
          .asRuntimeException();
    }
    traces.handle(PaymentWire.name(request), request.getTraceparent(), () -> carryOut(request));
    return answers.whenReady();
  }

  /** In the command's own trace; the answer goes on from here. */
  private void carryOut(ProcessRequest request) {
    Answer answer = answer(request);
    answers.write(
        PaymentWire.response(answer).toBuilder().setTraceparent(traces.current()).build());
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

  @Override
  public void halfClosed() {
    answers.complete();
  }
}
