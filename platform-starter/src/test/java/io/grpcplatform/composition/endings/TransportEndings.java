package io.grpcplatform.composition.endings;

import static io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.List;

/** What happens to calls between their two sides. */
final class TransportEndings {

  private TransportEndings() {}

  static List<Ending> all() {
    Told cut = Told.apart(Code.UNAVAILABLE, Code.UNAVAILABLE, Code.CANCELLED);
    return List.of(
        Ending.of("the connection is cut", TransportEndings::cut).tells(cut),
        Ending.of("the connection is cut after some messages", TransportEndings::cutHalfWay)
            .tells(cut, SERVER_STREAMING, BIDI_STREAMING),
        Ending.of("the client's channel is closed at once", TransportEndings::channelClosed)
            .tells(Told.apart(Code.UNAVAILABLE, Code.CANCELLED)),
        Ending.of("a call on a channel that is closed", TransportEndings::onClosedChannel)
            .tells(Told.clientOnly(Code.UNAVAILABLE)),
        Ending.of("the server is stopped without a drain", TransportEndings::serverStopped)
            .tells(Told.apart(Code.CANCELLED, Code.UNAVAILABLE)),
        Ending.of("a call that is served while the server goes away", TransportEndings::goneAway)
            .tells(Told.everywhere(Code.OK)),
        Ending.of("nobody listens at the address", TransportEndings::refused)
            .tells(Told.clientOnly(Code.UNAVAILABLE)),
        Ending.of("a name without an address", "hello")
            .with(setup -> setup.target = "dns:///no-such-name.invalid:1")
            .tells(Told.clientOnly(Code.UNAVAILABLE)),
        Ending.of("an interceptor nearer the wire throws", "hello")
            .with(setup -> setup.innerClientInterceptors.add(new Throwing()))
            .byTheClient()
            .tells(Told.clientOnly(Code.INTERNAL).callerReads(null)));
  }

  private static Caller cut(Scene scene) throws Exception {
    Caller caller = scene.arrivedSilence();
    scene.wire.cut();
    return caller;
  }

  private static Caller cutHalfWay(Scene scene) throws Exception {
    Caller caller = scene.call("say-one");
    caller.awaitAnswer();
    scene.wire.cut();
    return caller;
  }

  private static Caller channelClosed(Scene scene) throws InterruptedException {
    Caller caller = scene.arrivedSilence();
    scene.channel.shutdownNow();
    return caller;
  }

  private static Caller onClosedChannel(Scene scene) {
    scene.channel.shutdownNow();
    return scene.call("hello");
  }

  private static Caller serverStopped(Scene scene) throws InterruptedException {
    Caller caller = scene.arrivedSilence();
    scene.server.shutdownNow();
    return caller;
  }

  private static Caller goneAway(Scene scene) throws InterruptedException {
    Caller caller = scene.silence();
    var answer = scene.script.arrived();
    scene.server.shutdown();
    answer.onNext(io.grpcplatform.test.v1.EndingResponse.getDefaultInstance());
    answer.onCompleted();
    return caller;
  }

  private static Caller refused(Scene scene) throws IOException {
    scene.wire.close();
    return scene.call("hello");
  }

  private static final class Throwing implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          throw new IllegalStateException("an interceptor that fails");
        }
      };
    }
  }
}
