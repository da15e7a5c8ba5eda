package io.grpcplatform.composition.endings;

import static io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.UNARY;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpcplatform.Refusal.Reason;
import io.grpcplatform.test.v1.EndingRequest;
import io.grpcplatform.test.v1.EndingResponse;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a caller and its own side end calls with. */
final class ClientEndings {

  private static final MethodType[] STREAMS = {SERVER_STREAMING, CLIENT_STREAMING, BIDI_STREAMING};
  private static final String SERVICE = "[platform.test.v1.EndingService/*]";

  private ClientEndings() {}

  static List<Ending> all() {
    return List.of(
        Ending.of("the caller cancels", ClientEndings::cancels).tells(Told.agreed(Code.CANCELLED)),
        Ending.of("the caller's own call ends", ClientEndings::contextCancelled)
            .tells(Told.agreed(Code.CANCELLED)),
        Ending.of("the caller's deadline passes", ClientEndings::deadline)
            .tells(Told.agreed(Code.DEADLINE_EXCEEDED)),
        Ending.of("the caller fails when it gets a message", ClientEndings::callerFails)
            .tells(Told.apart(Code.CANCELLED, Code.OK, Code.CANCELLED)),
        Ending.of("an answer larger than the client takes", "big")
            .with(setup -> setup.channel(builder -> builder.maxInboundMessageSize(Script.SMALL)))
            .tells(Told.apart(Code.RESOURCE_EXHAUSTED, Code.OK, Code.CANCELLED)),
        Ending.of("an answer that the client cannot read", ClientEndings::unreadable)
            .tells(Told.apart(Code.CANCELLED, Code.OK, Code.CANCELLED)),
        Ending.of("a request that cannot be written", ClientEndings::unwritable)
            .tells(Told.apart(Code.CANCELLED, Code.CANCELLED)),
        Ending.of("`DEADLINE_TOO_SHORT`", ClientEndings::tooShort)
            .refused(Reason.DEADLINE_TOO_SHORT)
            .byTheClient()
            .tells(Told.clientOnly(Code.DEADLINE_EXCEEDED), UNARY),
        Ending.of("`OPEN_TIMEOUT`", Scene::silence)
            .with("platform.deadline.stream.open-timeout=450ms")
            .with(setup -> setup.earlyHeaders = false)
            .refused(Reason.OPEN_TIMEOUT)
            .byTheClient()
            .tells(Told.apart(Code.DEADLINE_EXCEEDED, Code.CANCELLED), STREAMS),
        Ending.of("`STREAM_IDLE` at the client", Scene::silence)
            .with("platform.deadline.stream.idle-timeout=450ms")
            .with(setup -> setup.serverDeadlines = false)
            .refused(Reason.STREAM_IDLE)
            .byTheClient()
            .tells(Told.apart(Code.DEADLINE_EXCEEDED, Code.CANCELLED), STREAMS),
        Ending.of("`STREAM_MAX_AGE` at the client", Scene::silence)
            .with("platform.deadline.stream.max-age=450ms")
            .with(setup -> setup.serverDeadlines = false)
            .refused(Reason.STREAM_MAX_AGE)
            .byTheClient()
            .tells(Told.apart(Code.UNAVAILABLE, Code.CANCELLED), STREAMS),
        Ending.of("`CIRCUIT_OPEN`", ClientEndings::circuitOpen)
            .with(Setup::fresh)
            .refused(Reason.CIRCUIT_OPEN)
            .byTheClient()
            .tells(Told.clientOnly(Code.UNAVAILABLE)),
        Ending.of("`CIRCUIT_OPEN`, and a fallback answers", ClientEndings::circuitOpen)
            .with(Assembly.FALLBACK)
            .with(Setup::fresh)
            .refused(Reason.CIRCUIT_OPEN)
            .byTheClient()
            .tells(Told.clientOnly(Code.UNAVAILABLE).callerReads(Code.OK), UNARY),
        Ending.of("`RATE_LIMITED` by the client", ClientEndings::second)
            .with("platform.ratelimit.client.methods." + SERVICE + ".rate=1/h")
            .with("platform.ratelimit.client.methods." + SERVICE + ".burst=2")
            .with(Setup::fresh)
            .refused(Reason.RATE_LIMITED)
            .byTheClient()
            .tells(Told.clientOnly(Code.RESOURCE_EXHAUSTED)),
        Ending.of("`BULKHEAD_FULL`", ClientEndings::beside)
            .with("platform.bulkhead.channels.echo.max-concurrent=1")
            .refused(Reason.BULKHEAD_FULL)
            .byTheClient()
            .tells(Told.clientOnly(Code.RESOURCE_EXHAUSTED)),
        Ending.of("`RETRY_BUDGET_EXHAUSTED`", "unavailable")
            .with(RetrySettings.properties("0"))
            .byTheClient()
            .clientReason(Reason.RETRY_BUDGET_EXHAUSTED)
            .tells(Told.everywhere(Code.UNAVAILABLE), UNARY, SERVER_STREAMING),
        Ending.of("an attempt fails, the next one succeeds", "unavailable-once")
            .with(RetrySettings.properties("3"))
            .byTheClient()
            .tells(Told.everywhere(Code.OK).after(Code.UNAVAILABLE), UNARY, SERVER_STREAMING));
  }

  private static Caller cancels(Scene scene) throws InterruptedException {
    Caller caller = scene.arrivedSilence();
    caller.call().cancel("the caller went away", null);
    return caller;
  }

  private static Caller contextCancelled(Scene scene) throws Exception {
    Context.CancellableContext own = Context.current().withCancellation();
    Caller caller = own.call(scene::arrivedSilence);
    own.cancel(null);
    return caller;
  }

  private static Caller deadline(Scene scene) {
    return scene.call("silence", CallOptions.DEFAULT.withDeadlineAfter(850, TimeUnit.MILLISECONDS));
  }

  private static Caller callerFails(Scene scene) {
    return Caller.startFailing(scene.channel, scene.method())
        .send(Scene.ask("hello"), scene.kind, false);
  }

  private static Caller tooShort(Scene scene) {
    return scene.call("hello", CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.MILLISECONDS));
  }

  private static Caller circuitOpen(Scene scene) throws InterruptedException {
    scene.forgottenCall();
    scene
        .assembly
        .breakers()
        .getAllCircuitBreakers()
        .forEach(CircuitBreaker::transitionToForcedOpenState);
    return scene.call("hello");
  }

  private static Caller second(Scene scene) throws InterruptedException {
    // A stream of answers pays for its message too.
    for (int tokens = 2;
        tokens > 0;
        tokens -= scene.method().getType().serverSendsOneMessage() ? 1 : 2) {
      scene.forgottenCall();
    }
    return scene.call("hello");
  }

  private static Caller beside(Scene scene) throws InterruptedException {
    scene.hold();
    return scene.call("hello");
  }

  private static Caller unreadable(Scene scene) {
    MethodDescriptor<EndingRequest, EndingResponse> method =
        scene.method().toBuilder().setResponseMarshaller(new Failing<EndingResponse>()).build();
    return Caller.start(scene.channel, method, CallOptions.DEFAULT)
        .send(Scene.ask("hello"), scene.kind, false);
  }

  private static Caller unwritable(Scene scene) throws InterruptedException {
    // Connects: else the server might hear nothing of a call that is cancelled before.
    scene.forgottenCall();
    MethodDescriptor<EndingRequest, EndingResponse> method =
        scene.method().toBuilder().setRequestMarshaller(new Failing<EndingRequest>()).build();
    return Caller.start(scene.channel, method, CallOptions.DEFAULT)
        .send(Scene.ask("hello"), scene.kind, false);
  }

  /** A marshaller that cannot do its work. */
  private static final class Failing<T> implements MethodDescriptor.Marshaller<T> {
    @Override
    public InputStream stream(T value) {
      throw new IllegalStateException("unwritable");
    }

    @Override
    public T parse(InputStream stream) {
      throw new IllegalStateException("unreadable");
    }
  }
}
