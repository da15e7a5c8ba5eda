package io.grpcplatform.samples.order.payment;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpcplatform.samples.order.PaymentCommand;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.stream.ResumableStream;
import io.grpcplatform.stream.SessionListener;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.telemetry.MessageTraces;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One session of {@code Process}. Its methods are called on the link's thread only; what the
 * session says, on its own threads, is handed over to that thread.
 */
final class PaymentSession implements SessionListener<ProcessResponse> {
  /** Who hears of it, on the link's thread. */
  interface Owner {
    /** There may be room for another command. */
    void wake();

    void opened();

    void cut(Status status);

    /** What this throws brings the answer again, on another stream. */
    void answered(ProcessResponse answer);

    void ended(Status status);
  }

  private final Owner owner;
  private final Executor thread;
  private final Supplier<MessageTraces> traces;
  private @Nullable ResumableStream<ProcessRequest, ProcessResponse> stream;

  PaymentSession(Owner owner, Executor thread, Supplier<MessageTraces> traces) {
    this.owner = owner;
    this.thread = thread;
    this.traces = traces;
  }

  PaymentSession open(Sessions sessions, Channel channel) {
    stream = sessions.open(channel, PaymentServiceGrpc.getProcessMethod(), this);
    return this;
  }

  private ResumableStream<ProcessRequest, ProcessResponse> stream() {
    return Objects.requireNonNull(stream, "open() first");
  }

  /**
   * Whether another command may be sent: there is a stream, whose span it will name, and the
   * session has room. Wakes the owner when it has, where it has none now.
   */
  boolean mayTakeOneMore() {
    if (!stream().live()) {
      return false;
    }
    CompletableFuture<Void> ready = stream().whenReady().toCompletableFuture();
    if (ready.isDone()) {
      return true;
    }
    var unused = ready.thenRun(owner::wake);
    return false;
  }

  /** In the trace of the order, whoever's call or answer woke the thread. */
  void send(PaymentCommand command) {
    ProcessRequest.Builder request = PaymentWire.request(command).toBuilder();
    traces
        .get()
        .send(
            PaymentWire.name(command),
            command.trace(),
            trace -> {
              var unused = stream().send(request.setTraceparent(trace).build());
            });
  }

  boolean isLive() {
    return stream().live();
  }

  void reopen(String reason) {
    stream().reopen(reason);
  }

  void complete() {
    var unused = stream().complete();
  }

  void cancel(String reason) {
    stream().cancel(reason);
  }

  @Override
  public CompletionStage<Void> answer(ProcessResponse answer) {
    return CompletableFuture.runAsync(() -> owner.answered(answer), thread);
  }

  @Override
  public void opened() {
    thread.execute(owner::opened);
  }

  @Override
  public void cut(Status status) {
    thread.execute(() -> owner.cut(status));
  }

  @Override
  public void ended(Status status) {
    thread.execute(() -> owner.ended(status));
  }
}
