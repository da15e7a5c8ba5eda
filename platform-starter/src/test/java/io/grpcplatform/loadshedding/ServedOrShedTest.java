package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.services.AdminInterface;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.Refusal;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.RankedServiceGrpc;
import io.grpcplatform.test.v1.RankedServiceGrpc.RankedServiceBlockingStub;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What unary callers of a busy server get, over loopback, at a fixed limit of two. */
final class ServedOrShedTest {

  private static final String[] ENFORCED = {
    "mode", "enforce", "algorithm", "fixed", "initial-limit", "2"
  };
  private static final String[] OBSERVED = {"algorithm", "fixed", "initial-limit", "2"};

  @Test
  void aBusyServerAtItsLimitAnswersOverloadedWithPushback() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), ENFORCED)) {
      bench.hold(2);

      StatusRuntimeException refused = bench.call(null);

      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.OVERLOADED);
      assertThat(refused.getStatus().getDescription())
          .isEqualTo(
              "This replica is busy with 2 calls in flight, its limit is 2 now"
                  + " (platform.loadshedding.max-limit) and default calls may use their share of"
                  + " it (platform.loadshedding.priorities.default)");
      String pushback =
          refused
              .getTrailers()
              .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER));
      assertThat(Integer.parseInt(pushback)).isBetween(250, 749);
      assertThat(bench.counts.shed(Priority.DEFAULT, Mode.ENFORCE)).isEqualTo(1);
    }
  }

  @Test
  void criticalCallsPassWhereOthersDoNot() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), ENFORCED)) {
      bench.hold(2);

      assertThat(bench.call("critical")).isNull();
      assertThat(bench.call("sheddable")).isNotNull();
      assertThat(bench.call("unheard-of")).isNotNull();
    }
  }

  @Test
  void aMethodsOwnPriorityServesCallersWithoutOne() throws Exception {
    try (Bench bench =
        Bench.of(
            Settings.saturated(),
            "mode",
            "enforce",
            "algorithm",
            "fixed",
            "initial-limit",
            "2",
            "methods[platform.test.v1.EchoService/*]",
            "critical")) {
      bench.hold(2);

      assertThat(bench.call(null)).isNull();
      assertThat(bench.call("background")).isNotNull();
    }
  }

  @Test
  void theContractRanksCallsWhoseCallerDoesNot() throws Exception {
    try (Bench bench = Bench.serving(new Ranked(), Settings.saturated(), ENFORCED)) {
      RankedServiceBlockingStub ranked = RankedServiceGrpc.newBlockingStub(bench.channel);
      bench.gate.add(2 * LoadGate.WORK);

      assertThat(ranked.pay(Bench.say(""))).isEqualTo(EchoResponse.getDefaultInstance());
      assertThatThrownBy(() -> ranked.browse(Bench.say("")))
          .as("ranked by nobody")
          .isInstanceOf(StatusRuntimeException.class);
      RankedServiceBlockingStub unimportant =
          RankedServiceGrpc.newBlockingStub(bench.as("background"));
      assertThatThrownBy(() -> unimportant.pay(Bench.say("")))
          .as("the caller knows better")
          .isInstanceOf(StatusRuntimeException.class);

      bench.change(
          "mode",
          "enforce",
          "algorithm",
          "fixed",
          "initial-limit",
          "2",
          "methods[platform.test.v1.RankedService/Pay]",
          "sheddable");
      assertThatThrownBy(() -> ranked.pay(Bench.say("")))
          .as("the operator knows better than the contract")
          .isInstanceOf(StatusRuntimeException.class);
    }
  }

  private static final class Ranked extends RankedServiceGrpc.RankedServiceImplBase {
    @Override
    public void pay(EchoRequest request, StreamObserver<EchoResponse> responses) {
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }

    @Override
    public void browse(EchoRequest request, StreamObserver<EchoResponse> responses) {
      pay(request, responses);
    }
  }

  @Test
  void observeRefusesNothingAndCountsEachCallOnce() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), OBSERVED)) {
      bench.hold(2);

      assertThat(bench.call(null)).isNull();

      assertThat(bench.counts.shed(Priority.DEFAULT, Mode.OBSERVE)).isEqualTo(1);
    }
  }

  @Test
  void offCountsNothing() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), "mode", "off")) {
      bench.hold(2);

      assertThat(bench.call(null)).isNull();
      assertThat(bench.gate.units()).isZero();
    }
  }

  @Test
  void aCallThatHasBegunIsShedBeforeItsHandlerSeesIt() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.saturated(), ENFORCED)) {
      CompletableFuture<Metadata> trailers = new CompletableFuture<>();
      ClientCall<EchoRequest, EchoResponse> call =
          bench.channel.newCall(EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata with) {
              trailers.complete(with);
            }
          },
          new Metadata());
      call.request(1);
      assertThat(bench.unitsSeen()).as("it has begun").isEqualTo(2 * LoadGate.WORK);

      bench.gate.add(2 * LoadGate.WORK);
      call.sendMessage(Bench.say("hello"));
      call.halfClose();

      assertThat(Refusal.reasonOf(trailers.get(10, TimeUnit.SECONDS)))
          .isEqualTo(Refusal.Reason.OVERLOADED);
      assertThat(bench.echo.handled).as("the asking call alone").hasValue(1);
      assertThat(bench.gate.units()).isEqualTo(2 * LoadGate.WORK);
    }
  }

  @Test
  void aServerThatIsNotBusyServesBeyondItsLimit() throws Exception {
    try (Bench bench = Bench.of(Settings.idle(), ENFORCED)) {
      bench.hold(5);

      assertThat(bench.gate.inFlight()).isEqualTo(5);
      assertThat(bench.call(null)).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("alwaysPassing")
  void healthReflectionAndAdminAlwaysPass(String service) {
    LoadSheddingProperties settings = Settings.of(ENFORCED);
    LoadSheddingServerStage stage =
        Settings.stage(
            settings, Settings.loads(settings, Settings.saturated()), CallClock.system());

    assertThat(stage.plan(new CallKey("", service, "Any"), EchoServiceGrpc.getUnaryMethod()))
        .isNull();
    assertThat(stage.plan(new CallKey("", service + "s", "Any"), EchoServiceGrpc.getUnaryMethod()))
        .isNotNull();
  }

  static Stream<String> alwaysPassing() {
    return Stream.concat(
        Stream.of(
            HealthGrpc.SERVICE_NAME,
            ServerReflectionGrpc.SERVICE_NAME,
            "grpc.reflection.v1alpha.ServerReflection"),
        AdminInterface.getStandardServices().stream()
            .map(service -> service.getServiceDescriptor().getName()));
  }

  @Test
  void healthIsAnsweredByAFullServer() throws Exception {
    try (Bench bench =
        Bench.serving(
            new HealthStatusManager().getHealthService(), Settings.saturated(), ENFORCED)) {
      bench.gate.add(100 * LoadGate.WORK);

      assertThat(
              HealthGrpc.newBlockingStub(bench.channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatusValue())
          .isEqualTo(1);
    }
  }

  @Test
  void workIsHeldAfterACancelUntilTheHandlerIsDone() throws Exception {
    try (Bench bench = Bench.of(Settings.idle(), OBSERVED)) {
      Context.CancellableContext caller = Context.current().withCancellation();
      Context before = caller.attach();
      try {
        bench.hold(1);
      } finally {
        caller.detach(before);
      }

      caller.cancel(null);
      assertThat(bench.echo.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(bench.gate.inFlight()).as("the handler still works").isEqualTo(1);

      bench.echo.releaseAll();
      bench.echo.awaitDone(1);
      assertThat(bench.gate.units()).isZero();
    }
  }

  @Test
  void aServedCallTeachesTheLimitAndACancelledOneDoesNot() throws Exception {
    try (Bench bench = Bench.of(Settings.idle(), "initial-limit", "1")) {
      Context.CancellableContext caller = Context.current().withCancellation();
      caller.run(
          () ->
              EchoServiceGrpc.newStub(bench.channel)
                  .unary(Bench.say("hold"), new Bench.Ignoring()));
      bench.echo.awaitHeld(1);
      caller.cancel(null);
      assertThat(bench.echo.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
      bench.echo.releaseAll();
      bench.echo.awaitDone(1);
      assertThat(bench.gate.limit()).as("after a cancelled call").isEqualTo(1);

      bench.call(null);
      bench.call("critical");
      bench.drain();
      assertThat(bench.gate.limit()).as("after served calls").isGreaterThan(1);
    }
  }

  @Test
  void aStormOfCancelsLeavesNothingInFlight() throws Exception {
    int calls = 3_000;
    try (Bench bench = Bench.inOrder(Settings.saturated(), "mode", "enforce")) {
      SplittableRandom random = new SplittableRandom(20261107);
      CountDownLatch closed = new CountDownLatch(calls);
      for (int i = 0; i < calls; i++) {
        boolean stream = random.nextInt(4) == 0;
        ClientCall<EchoRequest, EchoResponse> call =
            bench.channel.newCall(
                stream ? EchoServiceGrpc.getBidiMethod() : EchoServiceGrpc.getUnaryMethod(),
                CallOptions.DEFAULT);
        call.start(
            new ClientCall.Listener<>() {
              @Override
              public void onClose(Status status, Metadata trailers) {
                closed.countDown();
              }
            },
            new Metadata());
        call.request(2);
        call.sendMessage(Bench.say("hello"));
        if (stream || random.nextBoolean()) {
          call.cancel("storm", null);
        } else {
          call.halfClose();
        }
      }
      assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(bench.unitsSeen()).as("the asking call alone").isEqualTo(LoadGate.WORK);
    }
  }
}
