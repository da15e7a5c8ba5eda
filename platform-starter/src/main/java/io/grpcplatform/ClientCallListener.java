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
final class ClientCallListener<R> extends ClientCall.Listener<R> {

  private static final HookChain.Callback<ClientCallListener<?>> HEADERS =
      (self, headers) -> self.caller.onHeaders((Metadata) Objects.requireNonNull(headers));
  private static final HookChain.Callback<ClientCallListener<?>> MESSAGE =
      (self, message) -> self.deliver(message);
  private static final HookChain.Callback<ClientCallListener<?>> CLOSE =
      (self, outcome) -> self.close((Outcome) Objects.requireNonNull(outcome));
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
    } else if (!machine.endedByPlatform()) {
      // A hook may have ended the call with a status of its own.
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
    boolean local = decided != null || machine.cancelledHere();
    boolean plain =
        decided == null && told.isOk() && told.getDescription() == null && tail.keys().isEmpty();
    Outcome outcome =
        plain
            ? Outcome.PLAIN_OK
            : new Outcome(told, tail, decided == null ? null : decided.refusal(), local);
    closing = tail;
    machine.finished(outcome);
    machine.hooks.within(null, CLOSE, this, outcome);
  }

  private void close(Outcome outcome) {
    // Not the outcome's trailers: a plain outcome is shared, and these are the caller's to change.
    caller.onClose(outcome.status(), Objects.requireNonNull(closing));
  }
}
