package io.grpcplatform.composition.endings;

import static io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallStart;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.Refusal;
import io.grpcplatform.Refusal.Reason;
import io.grpcplatform.server.ExecutorPlan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a server's stages refuse, or end later on, each by the stage that really does. */
final class ServerRefusals {

  private static final MethodType[] STREAMS = {SERVER_STREAMING, CLIENT_STREAMING, BIDI_STREAMING};
  private static final String SERVICE = "[platform.test.v1.EndingService/*]";

  private ServerRefusals() {}

  static List<Ending> all() {
    Told unavailable = Told.everywhere(Code.UNAVAILABLE);
    Told late = Told.everywhere(Code.DEADLINE_EXCEEDED);
    return List.of(
        Ending.of("`RATE_LIMITED` by the server", ServerRefusals::second)
            .with("platform.ratelimit.server.methods." + SERVICE + ".rate=1/h")
            .with("platform.ratelimit.server.methods." + SERVICE + ".burst=2")
            .with(Setup::fresh)
            .refused(Reason.RATE_LIMITED)
            .tells(Told.everywhere(Code.RESOURCE_EXHAUSTED)),
        // A stand-in: whether the real stage sheds depends on how long calls have waited.
        Ending.of("`OVERLOADED`: more calls than the server's limit", "hello")
            .with(setup -> setup.security = ServerRefusals::tooMany)
            .refused(Reason.OVERLOADED)
            .tells(unavailable),
        Ending.of("`OVERLOADED`: no thread and no room to wait for one", ServerRefusals::beside)
            .with(setup -> setup.executor = ExecutorPlan.platform(1, 0))
            .refused(Reason.OVERLOADED)
            .tells(unavailable),
        Ending.of("`EXPIRED_IN_QUEUE`", ServerRefusals::waitsTooLong)
            .with("platform.deadline.server.max=250ms")
            .with(setup -> setup.executor = ExecutorPlan.platform(1, 10))
            .refused(Reason.EXPIRED_IN_QUEUE)
            .tells(late, UNARY),
        Ending.of("`platform.deadline.server.max` passes", Scene::silence)
            .with("platform.deadline.server.max=250ms")
            .tells(late, UNARY),
        Ending.of("`STREAM_IDLE` at the server", Scene::silence)
            .with("platform.deadline.stream.idle-timeout=50ms")
            .with(setup -> setup.clientDeadlines = false)
            .refused(Reason.STREAM_IDLE)
            .tells(late, STREAMS),
        Ending.of("`STREAM_MAX_AGE` at the server", Scene::silence)
            .with("platform.deadline.stream.max-age=50ms")
            .with(setup -> setup.clientDeadlines = false)
            .refused(Reason.STREAM_MAX_AGE)
            .tells(unavailable, STREAMS),
        Ending.of("`DRAINING`: a call that comes during the drain", ServerRefusals::comesInDrain)
            .with(Setup::fresh)
            .refused(Reason.DRAINING)
            .tells(unavailable, STREAMS),
        Ending.of(
                "`DRAINING`: a stream that is open when the drain begins", ServerRefusals::drained)
            .with("platform.lifecycle.stream-spread=0s")
            .with(Setup::fresh)
            .refused(Reason.DRAINING)
            .tells(unavailable, STREAMS),
        Ending.of("`DRAINING`: still there when the grace period is over", ServerRefusals::cut)
            .with("platform.lifecycle.stream-spread=30s")
            .with(Setup::fresh)
            .refused(Reason.DRAINING)
            .tells(unavailable),
        Ending.of("a unary call that comes during the drain", ServerRefusals::comesInDrain)
            .with(Setup::fresh)
            .tells(Told.everywhere(Code.OK), UNARY),
        Ending.of("the handler closes its call after the caller's deadline", ServerRefusals::late)
            .tells(Told.agreed(Code.DEADLINE_EXCEEDED)),
        Ending.of("the caller's deadline passes while a call waits for a thread", waiting())
            .with(setup -> setup.executor = ExecutorPlan.platform(1, 10))
            .tells(Told.agreed(Code.DEADLINE_EXCEEDED)));
  }

  private static CallHook tooMany(CallStart call) throws Refusal {
    throw new Refusal(Reason.OVERLOADED, "too much to do", Duration.ofMillis(50));
  }

  private static Caller second(Scene scene) throws InterruptedException {
    // A stream of requests pays for its message too.
    for (int tokens = 2;
        tokens > 0;
        tokens -= scene.method().getType().clientSendsOneMessage() ? 1 : 2) {
      scene.forgottenCall();
    }
    return scene.call("hello");
  }

  private static Caller beside(Scene scene) throws InterruptedException {
    scene.hold();
    return scene.call("hello");
  }

  private static Caller waitsTooLong(Scene scene) throws InterruptedException {
    scene.hold();
    Caller caller = scene.call("hello");
    scene.served.arrivedLongAgo();
    scene.script.release();
    return caller;
  }

  private static Caller comesInDrain(Scene scene) {
    scene.assembly.drain().advance(Phase.DRAINING);
    return scene.call("hello");
  }

  private static Caller drained(Scene scene) throws InterruptedException {
    Caller caller = scene.arrivedSilence();
    scene.assembly.drain().advance(Phase.DRAINING);
    return caller;
  }

  private static Caller cut(Scene scene) throws InterruptedException {
    Caller caller = scene.arrivedSilence();
    scene.assembly.drain().advance(Phase.CUTTING);
    return caller;
  }

  private static Caller late(Scene scene) throws InterruptedException {
    Caller caller =
        scene.call("silence", CallOptions.DEFAULT.withDeadlineAfter(850, TimeUnit.MILLISECONDS));
    var answer = scene.script.arrived();
    caller.awaitClosed();
    scene.served.awaitClosed(1);
    try {
      answer.onError(io.grpc.Status.ALREADY_EXISTS.asException());
    } catch (RuntimeException cancelledMeanwhile) {
      assertThat(cancelledMeanwhile).hasMessageContaining("cancelled");
    }
    return caller;
  }

  private static Ending.Situation waiting() {
    return scene -> {
      scene.hold();
      Caller caller =
          scene.call("hello", CallOptions.DEFAULT.withDeadlineAfter(850, TimeUnit.MILLISECONDS));
      caller.awaitClosed();
      scene.served.awaitClosed(1);
      scene.script.release();
      return caller;
    };
  }
}
