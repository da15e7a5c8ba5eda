package io.grpcplatform.loadshedding;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Sends the priority of the call that is being served along with the calls made for it, unless
 * those bring one of their own. A call without a priority is not wrapped. Runs on the thread that
 * starts the call.
 */
final class PriorityClientInterceptor implements ClientInterceptor {

  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-platform-priority", Metadata.ASCII_STRING_MARSHALLER);

  /** The priority of the call being served; absent where it is the default one. */
  static final Context.Key<Priority> CURRENT = Context.key("io.grpcplatform.priority");

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Priority inherited = CURRENT.get();
    ClientCall<Q, R> call = next.newCall(method, options);
    return inherited == null ? call : new Carrying<>(call, inherited);
  }

  private static final class Carrying<Q, R> extends SimpleForwardingClientCall<Q, R> {
    private final Priority inherited;

    Carrying(ClientCall<Q, R> call, Priority inherited) {
      super(call);
      this.inherited = inherited;
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      if (!headers.containsKey(HEADER)) {
        headers.put(HEADER, inherited.word());
      }
      super.start(listener, headers);
    }
  }
}
