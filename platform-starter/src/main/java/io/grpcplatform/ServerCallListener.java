package io.grpcplatform;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.stub.ServerCalls;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server's transport tells a call: the hooks hear it first, then the handler. Runs on the
 * call's executor, one callback at a time. A handler's exception ends here, as the status of its
 * call.
 */
final class ServerCallListener<Q, R> extends ServerCall.Listener<Q> {

  private static final HookChain.Callback<ServerCallListener<?, ?>> START =
      (self, nothing) -> self.startHandler();
  private static final HookChain.Callback<ServerCallListener<?, ?>> MESSAGE =
      (self, message) -> self.deliver(message);
  private static final HookChain.Callback<ServerCallListener<?, ?>> HALF_CLOSE =
      (self, nothing) -> self.handler().onHalfClose();
  private static final HookChain.Callback<ServerCallListener<?, ?>> CANCEL =
      (self, nothing) -> self.handler().onCancel();
  private static final HookChain.Callback<ServerCallListener<?, ?>> COMPLETE =
      (self, nothing) -> self.handler().onComplete();
  private static final HookChain.Callback<ServerCallListener<?, ?>> READY =
      (self, nothing) -> self.handler().onReady();

  /** What a generated stub answers a single request with; with an interceptor it is another. */
  private static final Class<?> GENERATED =
      ServerCalls.<Object, Object>asyncUnaryCall((request, response) -> {}).getClass();

  private final ServerCallMachine<Q, R> machine;
  private final ServerCallHandler<Q, R> starter;
  private ServerCall.@Nullable Listener<Q> handler;

  ServerCallListener(ServerCallMachine<Q, R> machine, ServerCallHandler<Q, R> starter) {
    this.machine = machine;
    this.starter = starter;
  }

  void start() {
    if (runUnseen(START, null) && machine.earlyHeaders() && !serverStreaming()) {
      machine.sendEarlyHeaders();
    }
  }

  private void startHandler() {
    handler =
        Objects.requireNonNull(
            starter.startCall(machine, machine.headers()), "startCall() returned no listener");
  }

  private ServerCall.Listener<Q> handler() {
    return Objects.requireNonNull(handler);
  }

  @SuppressWarnings("unchecked") // only onMessage hands a message in, and that is a Q
  private void deliver(@Nullable Object message) {
    handler().onMessage((Q) message);
  }

  private boolean serverStreaming() {
    return machine.getMethodDescriptor().getType() == MethodType.SERVER_STREAMING;
  }

  /** Whether the handler returned normally. */
  private boolean run(
      HookChain.Callback<ServerCallListener<?, ?>> callback, @Nullable Object argument) {
    try {
      machine.hooks.within(machine.context(), callback, this, argument);
      return true;
    } catch (Throwable thrown) { // also checked ones, which a handler in Kotlin throws undeclared
      machine.handlerThrew(thrown);
      return false;
    }
  }

  /**
   * Runs a callback in which a generated handler of single requests does nothing that anybody could
   * see: it stores the message. Scopes are only opened where there is more than that.
   */
  private boolean runUnseen(
      HookChain.Callback<ServerCallListener<?, ?>> callback, @Nullable Object argument) {
    if (starter.getClass() != GENERATED) {
      return run(callback, argument);
    }
    try {
      machine.hooks.outside(machine.context(), callback, this, argument);
      return true;
    } catch (Throwable thrown) { // also checked ones, which a handler in Kotlin throws undeclared
      machine.handlerThrew(thrown);
      return false;
    }
  }

  private void runUnseenIfUnary(HookChain.Callback<ServerCallListener<?, ?>> callback) {
    if (serverStreaming()) {
      run(callback, null);
    } else {
      runUnseen(callback, null);
    }
  }

  @Override
  public void onMessage(Q message) {
    if (handler == null || machine.endedByPlatform()) {
      return;
    }
    Refusal refused = machine.hooks.received(message);
    if (refused != null) {
      machine.end(refused);
    } else if (!machine.endedByPlatform()) {
      // A hook may have ended the call with a status of its own.
      runUnseen(MESSAGE, message);
    }
  }

  @Override
  public void onHalfClose() {
    if (handler == null || machine.endedByPlatform()) {
      return;
    }
    if (run(HALF_CLOSE, null) && machine.earlyHeaders() && serverStreaming()) {
      machine.sendEarlyHeaders();
    }
  }

  @Override
  public void onReady() {
    if (handler != null && !machine.endedByPlatform()) {
      runUnseenIfUnary(READY);
    }
  }

  @Override
  public void onCancel() {
    machine.listenerSaysEnded(true);
    over(CANCEL);
  }

  @Override
  public void onComplete() {
    machine.listenerSaysEnded(false);
    // gRPC says "complete" of every call that was closed on this side, also where the handler did
    // not do it.
    over(machine.endedByPlatform() ? CANCEL : COMPLETE);
  }

  private void over(HookChain.Callback<ServerCallListener<?, ?>> callback) {
    if (handler != null) {
      if (callback == COMPLETE) {
        runUnseenIfUnary(callback);
      } else {
        run(callback, null);
      }
    }
    machine.hooks.handlerDone();
  }
}
