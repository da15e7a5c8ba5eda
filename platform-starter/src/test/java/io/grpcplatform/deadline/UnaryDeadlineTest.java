package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceImplBase;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Deadlines of unary calls over loopback: what goes out, what a handler sees, what a server cuts.
 */
final class UnaryDeadlineTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final SeenDeadline wire = new SeenDeadline();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private Loopback loopback;

  @AfterEach
  void stop() throws InterruptedException {
    timer.shutdownNow();
    if (loopback != null) {
      loopback.close();
    }
  }

  private EchoServiceBlockingStub client(String... settings) throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
    return EchoServiceGrpc.newBlockingStub(loopback.channel(client(Settings.of(settings)), wire));
  }

  private static DeadlineClientStage client(DeadlineProperties settings) {
    return Stages.client(settings);
  }

  private static DeadlineServerStage server(String... settings) {
    return Stages.server(Settings.of(settings));
  }

  private long leftOnTheWire() {
    return wire.last().timeRemaining(TimeUnit.MILLISECONDS);
  }

  @Test
  void aCallWithoutDeadlineGetsTheDefault() throws Exception {
    client().unary(HELLO);

    assertThat(leftOnTheWire()).isBetween(1L, 5_000L);
  }

  @Test
  void aMethodsDeadlineWinsOverItsChannels() throws Exception {
    EchoServiceBlockingStub stub =
        client("channels.payment", "60s", "methods[platform.test.v1.EchoService/Unary]", "600s");

    stub.unary(HELLO);

    assertThat(leftOnTheWire()).isBetween(61_000L, 600_000L);
  }

  @Test
  void aServicesDeadlineCoversItsMethods() throws Exception {
    EchoServiceBlockingStub stub = client("methods[platform.test.v1.EchoService/*]", "600s");

    stub.unary(HELLO);

    assertThat(leftOnTheWire()).isBetween(61_000L, 600_000L);
  }

  @Test
  void aChannelsDeadlineWinsOverTheDefault() throws Exception {
    client("channels.payment", "60s").unary(HELLO);

    assertThat(leftOnTheWire()).isBetween(6_000L, 60_000L);
  }

  @Test
  void zeroCancelsWhatWouldBeInherited() throws Exception {
    client("channels.payment", "0s").unary(HELLO);

    assertThat(wire.last()).isNull();
  }

  @Test
  void switchedOffNothingIsSet() throws Exception {
    client("enabled", "false").unary(HELLO);

    assertThat(wire.last()).isNull();
  }

  @Test
  void theCallersOwnThirtySecondsStand() throws Exception {
    Deadline own = Deadline.after(30, TimeUnit.SECONDS);

    client("channels.payment", "3s").withDeadline(own).unary(HELLO);

    assertThat(wire.last()).isSameAs(own);
  }

  @Test
  void anInheritedDeadlineIsShortenedByTheReserve() throws Exception {
    EchoServiceBlockingStub stub = client();
    Deadline inherited = Deadline.after(4, TimeUnit.SECONDS);

    Context.current().withDeadline(inherited, timer).run(() -> stub.unary(HELLO));

    assertThat(wire.last()).isEqualTo(inherited.offset(-50, TimeUnit.MILLISECONDS));
  }

  @Test
  void aShorterDefaultStaysBeforeALongInheritedOne() throws Exception {
    EchoServiceBlockingStub stub = client();
    Deadline inherited = Deadline.after(60, TimeUnit.SECONDS);

    Context.current().withDeadline(inherited, timer).run(() -> stub.unary(HELLO));

    assertThat(leftOnTheWire()).isBetween(1L, 5_000L);
  }

  @Test
  void nothingOutlivesTheInboundCall() throws Exception {
    EchoServiceBlockingStub stub = client().withDeadlineAfter(30, TimeUnit.SECONDS);
    Deadline inherited = Deadline.after(10, TimeUnit.SECONDS);

    Context.current().withDeadline(inherited, timer).run(() -> stub.unary(HELLO));

    assertThat(wire.last()).isEqualTo(inherited.offset(-50, TimeUnit.MILLISECONDS));
  }

  @Test
  void tooLittleLeftIsRefusedWithoutTheNetwork() throws Exception {
    EchoServiceBlockingStub stub =
        client("reserve.min", "400ms", "reserve.max", "400ms")
            .withDeadlineAfter(399, TimeUnit.MILLISECONDS);

    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(HELLO));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(Refusal.reasonOf(refused.getTrailers()))
        .isEqualTo(Refusal.Reason.DEADLINE_TOO_SHORT);
    assertThat(refused.getStatus().getDescription())
        .contains("platform.test.v1.EchoService/Unary")
        .endsWith("(expected: at least 400000 us, platform.deadline.reserve.min)");
    assertThat(wire.last()).isNull();
  }

  @Test
  void tooLittleLeftAfterTheReserveIsRefused() throws Exception {
    EchoServiceBlockingStub stub = client("reserve.min", "400ms", "reserve.max", "400ms");
    AtomicReference<StatusRuntimeException> refused = new AtomicReference<>();

    Context.current()
        .withDeadlineAfter(799, TimeUnit.MILLISECONDS, timer)
        .run(
            () ->
                refused.set(
                    catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(HELLO))));

    assertThat(Refusal.reasonOf(refused.get().getTrailers()))
        .isEqualTo(Refusal.Reason.DEADLINE_TOO_SHORT);
  }

  /** A hop that notes what it was given and calls the next one. */
  private static final class Hop extends EchoServiceImplBase {
    private final AtomicReference<Deadline> given = new AtomicReference<>();
    private final SeenDeadline sent = new SeenDeadline();
    private EchoServiceBlockingStub next;

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      given.set(Context.current().getDeadline());
      response.onNext(next == null ? EchoResponse.getDefaultInstance() : next.unary(request));
      response.onCompleted();
    }
  }

  @Test
  void threeHopsEachKeepOneReserve() throws Exception {
    // Given three services in a row, each with both stages.
    Hop first = new Hop();
    Hop second = new Hop();
    Hop third = new Hop();
    try (Loopback a = Loopback.serving(first, server());
        Loopback b = Loopback.serving(second, server());
        Loopback c = Loopback.serving(third, server())) {
      first.next = stub(b.channel(client(Settings.of()), first.sent));
      second.next = stub(c.channel(client(Settings.of()), second.sent));
      Deadline callers = Deadline.after(4_050, TimeUnit.MILLISECONDS);

      // When a caller without the starter calls the first.
      stub(a.channel()).withDeadline(callers).unary(HELLO);

      // Then each hop passed on what it was given less 50 ms, and so each had less than the last.
      Deadline reserveOnce = first.given.get().offset(-50, TimeUnit.MILLISECONDS);
      Deadline reserveTwice = second.given.get().offset(-50, TimeUnit.MILLISECONDS);
      assertThat(first.sent.last()).isEqualTo(reserveOnce);
      assertThat(second.sent.last()).isEqualTo(reserveTwice);
      assertThat(second.given.get().isBefore(first.given.get())).isTrue();
      assertThat(third.given.get().isBefore(second.given.get())).isTrue();
    }
  }

  private static EchoServiceBlockingStub stub(ManagedChannel channel) {
    return EchoServiceGrpc.newBlockingStub(channel);
  }

  /** A handler that answers nothing until it is let go. */
  private static final class Hanging extends EchoServiceImplBase {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicReference<Deadline> given = new AtomicReference<>();

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      given.set(Context.current().getDeadline());
      entered.countDown();
      try {
        release.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void theServersCapEndsACallWhoseHandlerHangs() throws Exception {
    Hanging handler = new Hanging();
    loopback = Loopback.serving(handler, server("server.max", "1050ms"));

    StatusRuntimeException ended =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub(loopback.channel()).withDeadlineAfter(30, TimeUnit.SECONDS).unary(HELLO));

    assertThat(handler.entered.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(handler.release.getCount()).as("the handler still hangs").isEqualTo(1);
    assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(handler.given.get().isExpired()).isTrue();
    handler.release.countDown();
  }

  @Test
  void theServersDefaultEndsACallThatCameWithout() throws Exception {
    Hanging handler = new Hanging();
    loopback = Loopback.serving(handler, server("server.default", "150ms"));

    StatusRuntimeException ended =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> stub(loopback.channel()).unary(HELLO));

    assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    handler.release.countDown();
  }

  @Test
  void theServersDefaultLeavesAnArrivedDeadlineAlone() throws Exception {
    Hop handler = new Hop();
    loopback = Loopback.serving(handler, server("server.default", "1s"));

    stub(loopback.channel()).withDeadlineAfter(30, TimeUnit.SECONDS).unary(HELLO);

    assertThat(handler.given.get().timeRemaining(TimeUnit.SECONDS)).isGreaterThan(1);
  }

  @Test
  void aShorterArrivedDeadlineStaysUnderTheCap() throws Exception {
    Hop handler = new Hop();
    loopback = Loopback.serving(handler, server("server.max", "60s"));

    stub(loopback.channel()).withDeadlineAfter(30, TimeUnit.SECONDS).unary(HELLO);

    assertThat(handler.given.get().timeRemaining(TimeUnit.MILLISECONDS))
        .isLessThanOrEqualTo(30_000);
  }

  @Test
  void aCallThatExpiredWhileItWaitedReachesNoHandler() throws Exception {
    // Given a call whose deadline has passed by the time its handler could run.
    Hop handler = new Hop();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName("expired-in-queue").directExecutor().addService(handler);
    ServerPipeline.of(List.of(server())).install(builder);
    builder.intercept(
        new ServerInterceptor() {
          @Override
          public <Q, R> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            Context late = Context.current().withDeadlineAfter(-1, TimeUnit.SECONDS, timer);
            return Contexts.interceptCall(late, call, headers, next);
          }
        });
    Server server = builder.build().start();
    ManagedChannel channel =
        InProcessChannelBuilder.forName("expired-in-queue").directExecutor().build();

    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub(channel).unary(HELLO));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.EXPIRED_IN_QUEUE);
    assertThat(handler.given).hasValue(null);
    channel.shutdownNow();
    server.shutdownNow();
  }
}
