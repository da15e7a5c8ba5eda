package io.grpcplatform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.Refusal.Reason;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.ReadinessState;

/** What the calls of one server meet on its way to stop. */
final class DrainTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final StreamProbe.End MOVED =
      new StreamProbe.End(Status.Code.UNAVAILABLE, Reason.DRAINING);

  @Test
  void refusesReadinessWhileEveryCallIsServed() throws Exception {
    try (Instance instance = Instance.start("platform.server.shutdown.drain-delay=3s")) {
      ManagedChannel channel = channel(instance);
      assertThat(instance.refused()).isNotDone();

      CompletableFuture<Void> stopped = instance.stop();
      ReadinessState readiness = instance.refused().get(10, TimeUnit.SECONDS);

      assertThat(readiness).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
      assertThat(echo(channel, "unary")).isEqualTo("unary");
      StreamProbe.open(channel).exchange("stream");
      instance.clock().awaitTask(Duration.ofSeconds(3), LIMIT);
      instance.clock().advance(Duration.ofSeconds(3));
      instance.clock().awaitTask(GRACE, LIMIT);
      instance.clock().advance(GRACE);
      stopped.get(10, TimeUnit.SECONDS);
      channel.shutdownNow();
    }
  }

  @Test
  void spreadsTheEndOfStreamsOverTime() throws Exception {
    try (Instance instance = Instance.start("platform.lifecycle.stream-spread=10s")) {
      ManagedChannel channel =
          new Addresses(instance.address()).roundRobin().directExecutor().build();
      List<StreamProbe> streams = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        streams.add(StreamProbe.open(channel).exchange("open"));
      }

      instance.context.getBean(DrainSignal.class).advance(Phase.DRAINING);
      instance.clock().advance(Duration.ofSeconds(5));
      // One connection, one thread: the answer comes behind the trailers that were sent before it.
      echo(channel, "after the first half");
      long early = streams.stream().filter(StreamProbe::ended).count();
      instance.clock().advance(Duration.ofSeconds(5));

      for (StreamProbe stream : streams) {
        assertThat(stream.end()).isEqualTo(MOVED);
      }
      // 40 fair coins leave this range once in a hundred million runs.
      assertThat(early).isBetween(3L, 37L);
      channel.shutdownNow();
    }
  }

  @Test
  void refusesNewStreamsAndServesUnaryWhileDraining() throws Exception {
    try (Instance instance = Instance.start()) {
      ManagedChannel channel = channel(instance);

      instance.context.getBean(DrainSignal.class).advance(Phase.DRAINING);

      assertThat(StreamProbe.open(channel).end()).isEqualTo(MOVED);
      assertThat(echo(channel, "unary")).isEqualTo("unary");
      channel.shutdownNow();
    }
  }

  @Test
  void namesTheCallsThatAreCut() throws Exception {
    try (Instance instance = Instance.start()) {
      ListAppender<ILoggingEvent> lines = listen();
      ManagedChannel channel = channel(instance);
      ListenableFuture<EchoResponse> held = hold(instance, channel);

      CompletableFuture<Void> stopped = instance.stop();
      instance.clock().awaitTask(GRACE, LIMIT);
      instance.clock().advance(GRACE);
      stopped.get(10, TimeUnit.SECONDS);

      Throwable cut = catchThrowable(() -> held.get(10, TimeUnit.SECONDS)).getCause();
      assertThat(StreamProbe.endOf(cut)).isEqualTo(MOVED);
      assertThat(lines.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "Cut 1 calls that outlived the grace period:"
                  + " platform.test.v1.EchoService/Unary x 1 (oldest 20000 ms)");
      instance.handler().release.countDown();
      channel.shutdownNow();
    }
  }

  @Test
  void leavesStreamsAloneWhenSwitchedOff() throws Exception {
    try (Instance instance = Instance.start("platform.lifecycle.enabled=false")) {
      ManagedChannel channel = channel(instance);
      StreamProbe stream = StreamProbe.open(channel).exchange("before");

      instance.context.getBean(DrainSignal.class).advance(Phase.DRAINING);

      stream.exchange("after");
      StreamProbe.open(channel).exchange("new");
      assertThat(instance.refused()).isNotDone();
      channel.shutdownNow();
    }
  }

  private static ListenableFuture<EchoResponse> hold(Instance instance, ManagedChannel channel)
      throws InterruptedException {
    ListenableFuture<EchoResponse> held =
        EchoServiceGrpc.newFutureStub(channel)
            .unary(EchoRequest.newBuilder().setText(HeldEcho.HOLD).build());
    assertThat(instance.handler().held.await(10, TimeUnit.SECONDS)).isTrue();
    return held;
  }

  private static ListAppender<ILoggingEvent> listen() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    ((Logger) LoggerFactory.getLogger(DrainSweep.class)).addAppender(lines);
    return lines;
  }

  private static ManagedChannel channel(Instance instance) {
    return new Addresses(instance.address()).roundRobin().disableRetry().build();
  }

  private static String echo(ManagedChannel channel, String text) {
    return EchoServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText(text).build())
        .getText();
  }
}
