package io.grpcplatform;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client's real call tells: the hooks hear it first, then the caller. Runs on the call's
 * executor.
 */
sealed class ClientCallListener<R> extends ClientCall.Listener<R> permits AnsweredCallListener {

  private static final HookChain.Callback<ClientCallListener<?>> HEADERS =
      (self, headers) -> self.caller.onHeaders((Metadata) Objects.requireNonNull(headers));
  private static final HookChain.Callback<ClientCallListener<?>> MESSAGE =
      (self, message) -> self.deliver(message);
  private static final HookChain.Callback<ClientCallListener<?>> CLOSE =
      (self, status) -> self.close((Status) Objects.requireNonNull(status));
  private static final HookChain.Callback<ClientCallListener<?>> READY =
      (self, nothing) -> self.caller.onReady();

  private final ClientCallMachine<?, R> machine;
  private final ClientCall.Listener<R> caller;
  private @Nullable Metadata closing;

  ClientCallListener(ClientCallMachine<?, R> machine, ClientCall.Listener<R> caller) {
    this.machine = machine;
    this.caller = caller;
  }

  @SuppressWarnings("unchecked") // only onMessage hands a message in, and that is an R
  private void deliver(@Nullable Object message) {
    caller.onMessage((R) message);
  }

  @Override
  public void onHeaders(Metadata headers) {
    machine.hooks.headers(headers);
    tellHeaders(headers);
  }

  final void tellHeaders(Metadata headers) {
    if (!machine.endedByPlatform()) {
      machine.hooks.within(null, HEADERS, this, headers);
    }
  }

  @Override
  public void onMessage(R message) {
    if (machine.endedByPlatform()) {
      return;
    }
    Refusal refused = machine.hooks.received(message);
    if (refused != null) {
      machine.end(refused);
      return;
    }
    tellMessage(message);
  }

  final void tellMessage(Object message) {
    // A hook may have ended the call with a status of its own.
    if (!machine.endedByPlatform()) {
      machine.hooks.within(null, MESSAGE, this, message);
    }
  }

  @Override
  public void onReady() {
    if (!machine.endedByPlatform()) {
      machine.hooks.within(null, READY, this, null);
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    Ending decided = machine.closedByTransport();
    if (decided != null && decided.ordinary()) {
      // A second onClose, or one after a start that threw: the caller was told already.
      return;
    }
    Status last = decided == null ? status : decided.status();
    Metadata tail = decided == null ? trailers : decided.trailers();
    Status told = machine.hooks.closing(last, tail, last.getCause());
    closing = tail;
    machine.finished(outcome(told, tail, decided));
    machine.hooks.within(null, CLOSE, this, told);
  }

  /** How the call ended, as the hooks hear it. */
  Outcome outcome(Status told, Metadata trailers, @Nullable Ending decided) {
    if (decided != null) {
      return new Outcome(told, trailers, decided.refusal(), true).from(machine.getAttributes());
    }
    boolean plain = told.isOk() && told.getDescription() == null && trailers.keys().isEmpty();
    return plain
        ? Outcome.PLAIN_OK
        : new Outcome(told, trailers, null, machine.cancelledHere()).from(machine.getAttributes());
  }

  private void close(Status status) {
    caller.onClose(status, Objects.requireNonNull(closing));
  }
}
