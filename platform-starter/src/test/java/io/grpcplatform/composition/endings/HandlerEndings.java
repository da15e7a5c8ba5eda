package io.grpcplatform.composition.endings;

import static io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.UNARY;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpcplatform.test.v1.EndingRequest;
import io.grpcplatform.test.v1.EndingResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;

/** What the application's own code, and the requests that reach it, end calls with. */
final class HandlerEndings {

  private HandlerEndings() {}

  static List<Ending> all() {
    return List.of(
        Ending.of("the handler answers", "hello").tells(Told.everywhere(Code.OK)),
        Ending.of("the handler throws an exception", "throw").tells(Told.everywhere(Code.INTERNAL)),
        Ending.of("the handler throws a `StatusException`", "throw-status")
            .tells(Told.everywhere(Code.FAILED_PRECONDITION)),
        Ending.of("the handler throws a `PlatformException`", "throw-declared")
            .tells(Told.everywhere(Code.FAILED_PRECONDITION)),
        Ending.of("an exception that `@GrpcAdvice` maps", "throw-advised")
            .tells(Told.everywhere(Code.ALREADY_EXISTS)),
        Ending.of("an exception whose `@GrpcAdvice` throws itself", "throw-ill-advised")
            .tells(Told.everywhere(Code.INTERNAL)),
        Ending.of("`onError` with a status", "on-error").tells(Told.everywhere(Code.NOT_FOUND)),
        Ending.of("`onError` with another exception", "on-error-plain")
            .tells(Told.everywhere(Code.INTERNAL)),
        Ending.of("`onError` after a message of the answer", "fail-half-way")
            .tells(Told.everywhere(Code.ABORTED)),
        Ending.of("a message after `onCompleted`", "too-late").tells(Told.everywhere(Code.OK)),
        Ending.of("`onCompleted` without the one answer there must be", "no-answer")
            .tells(Told.everywhere(Code.INTERNAL), UNARY, CLIENT_STREAMING),
        Ending.of("two answers where there must be one", "two-answers")
            .tells(Told.everywhere(Code.INTERNAL), UNARY, CLIENT_STREAMING),
        Ending.of("an answer that cannot be written", "hello")
            .with(setup -> setup.unwritableAnswers = true)
            .tells(Told.apart(Code.CANCELLED, Code.INTERNAL)),
        Ending.of("a request that breaks a rule of its contract", "break-a-rule")
            .tells(Told.everywhere(Code.INVALID_ARGUMENT)),
        Ending.of("no request where there must be one", HandlerEndings::noRequest)
            .tells(Told.everywhere(Code.INTERNAL), UNARY, SERVER_STREAMING),
        Ending.of("two requests where there must be one", HandlerEndings::twoRequests)
            .tells(Told.apart(Code.CANCELLED, Code.INTERNAL), UNARY, SERVER_STREAMING),
        Ending.of("a request that is no message", HandlerEndings::brokenRequest)
            .tells(Told.everywhere(Code.UNKNOWN)),
        Ending.of("a request larger than the server takes", HandlerEndings::bigRequest)
            .with(setup -> setup.server(builder -> builder.maxInboundMessageSize(Script.SMALL)))
            .tells(Told.everywhere(Code.RESOURCE_EXHAUSTED), UNARY, SERVER_STREAMING)
            // A client's stream has no early headers: its caller reads either, by what comes first.
            .tells(Told.apart(Code.CANCELLED, Code.RESOURCE_EXHAUSTED), BIDI_STREAMING),
        Ending.of("a method that does not exist", HandlerEndings::unknownMethod)
            .nameless()
            .tells(Told.everywhere(Code.UNIMPLEMENTED)),
        Ending.of("a login refused by an interceptor of the application's", "hello")
            .with(setup -> setup.serverInterceptors.add(new Login()))
            .tells(Told.everywhere(Code.UNAUTHENTICATED)),
        Ending.of("a login refused by a stage before the application", "hello")
            .with(
                setup ->
                    setup.security =
                        call -> {
                          call.control().end(Status.UNAUTHENTICATED, new Metadata());
                          return null;
                        })
            .tells(Told.everywhere(Code.UNAUTHENTICATED)),
        Ending.of("a stage that fails", "hello")
            .with(
                setup ->
                    setup.security =
                        call -> {
                          throw new IllegalStateException(Script.SECRET);
                        })
            .tells(Told.everywhere(Code.INTERNAL)),
        Ending.of("an interceptor of the application's that throws", "hello")
            .with(setup -> setup.serverInterceptors.add(new Throwing()))
            .tells(Told.everywhere(Code.INTERNAL)));
  }

  private static Caller noRequest(Scene scene) {
    Caller caller = Caller.start(scene.channel, scene.method(), CallOptions.DEFAULT);
    caller.call().halfClose();
    return caller;
  }

  private static Caller twoRequests(Scene scene) {
    MethodDescriptor<EndingRequest, EndingResponse> method =
        scene.method().toBuilder().setType(scene.kind).build();
    Caller caller = Caller.start(scene.channel, method, CallOptions.DEFAULT);
    caller.call().sendMessage(Scene.ask("silence"));
    caller.call().sendMessage(Scene.ask("silence"));
    caller.call().halfClose();
    return caller;
  }

  private static Caller brokenRequest(Scene scene) {
    var method =
        scene.method().toBuilder()
            .setRequestMarshaller(
                new MethodDescriptor.Marshaller<EndingRequest>() {
                  @Override
                  public InputStream stream(EndingRequest value) {
                    return new ByteArrayInputStream(new byte[] {(byte) 0xff, 1, 2});
                  }

                  @Override
                  public EndingRequest parse(InputStream stream) {
                    throw new UnsupportedOperationException();
                  }
                })
            .build();
    return Caller.start(scene.channel, method, CallOptions.DEFAULT)
        .send(Scene.ask("hello"), scene.kind, false);
  }

  private static Caller bigRequest(Scene scene) throws InterruptedException {
    Caller caller = Caller.start(scene.channel, scene.method(), CallOptions.DEFAULT);
    // Before or after the headers of a stream makes a difference to what the caller reads.
    return (scene.kind == BIDI_STREAMING ? caller.awaitHeaders() : caller)
        .send(Scene.ask("hello").toBuilder().setPadding(Script.BIG).build(), scene.kind, false);
  }

  private static Caller unknownMethod(Scene scene) {
    MethodDescriptor<EndingRequest, EndingResponse> method =
        scene.method().toBuilder()
            .setFullMethodName(scene.method().getServiceName() + "/Nothing")
            .build();
    return Caller.start(scene.channel, method, CallOptions.DEFAULT)
        .send(Scene.ask("hello"), scene.kind, false);
  }

  private static final class Login implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      call.close(Status.UNAUTHENTICATED.withDescription("who are you"), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  private static final class Throwing implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      throw new IllegalStateException(Script.SECRET);
    }
  }
}
