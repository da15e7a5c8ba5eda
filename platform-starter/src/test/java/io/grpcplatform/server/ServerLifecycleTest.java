package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

final class ServerLifecycleTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock();
  private final HoldingEcho handler = new HoldingEcho();
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ServerAutoConfiguration.class))
          .withBean(CallClock.class, () -> clock)
          .withBean(HoldingEcho.class, () -> handler)
          .withPropertyValues(
              "platform.server.port=0",
              "platform.server.address=127.0.0.1",
              "platform.server.shutdown.drain-delay=7s",
              "platform.server.shutdown.grace-period=11s");

  @Test
  void stopReturnsBeforeTheServerHasStopped() {
    runner.run(
        context -> {
          ServerLifecycle lifecycle = context.getBean(ServerLifecycle.class);
          CompletableFuture<Thread> told = new CompletableFuture<>();

          lifecycle.stop(() -> told.complete(Thread.currentThread()));

          // Only this thread moves the clock, and it is here again.
          assertThat(told).isNotDone();
          assertThat(lifecycle.isRunning()).isTrue();
          clock.awaitTask(Duration.ofSeconds(7), LIMIT);
          clock.advance(Duration.ofSeconds(7));
          assertThat(told.get(10, TimeUnit.SECONDS).getName()).isEqualTo("grpc-drain");
          assertThat(lifecycle.isRunning()).isFalse();
        });
  }

  @Test
  void closesTheDoorOnlyAfterTheDelay() {
    runner.run(
        holdingOneCall(
            (context, port) -> {
              Queue<String> steps = new ConcurrentLinkedQueue<>();
              context
                  .getBean(DrainSignal.class)
                  .subscribe(phase -> steps.add(phase + (accepts(port) ? " open" : " closed")));
              CountDownLatch stopped = new CountDownLatch(1);

              context.getBean(ServerLifecycle.class).stop(stopped::countDown);
              clock.awaitTask(Duration.ofSeconds(7), LIMIT);
              clock.advance(Duration.ofSeconds(7));
              clock.awaitTask(Duration.ofSeconds(11), LIMIT);
              clock.advance(Duration.ofSeconds(11));

              assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
              assertThat(steps)
                  .containsExactly(
                      "ANNOUNCED open", "DRAINING open", "CUTTING closed", "STOPPED closed");
            }));
  }

  @Test
  void secondStopEndsTheWaiting() {
    runner.run(
        holdingOneCall(
            (context, port) -> {
              ServerLifecycle lifecycle = context.getBean(ServerLifecycle.class);
              CountDownLatch stopped = new CountDownLatch(2);
              Queue<Phase> heard = new ConcurrentLinkedQueue<>();
              context.getBean(DrainSignal.class).subscribe(heard::add);

              lifecycle.stop(stopped::countDown);
              lifecycle.stop(stopped::countDown);

              assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
              assertThat(heard).contains(Phase.CUTTING).last().isEqualTo(Phase.STOPPED);
            }));
  }

  @Test
  void refusesToServeAgainAfterDraining() {
    runner.run(
        context -> {
          ServerLifecycle lifecycle = context.getBean(ServerLifecycle.class);
          CountDownLatch stopped = new CountDownLatch(1);
          lifecycle.stop(stopped::countDown);
          clock.awaitTask(Duration.ofSeconds(7), LIMIT);
          clock.advance(Duration.ofSeconds(7));
          assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();

          assertThatThrownBy(lifecycle::start)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("a new application context");
        });
  }

  private interface Held {
    void run(AssertableApplicationContext context, int port) throws Exception;
  }

  /** Runs {@code body} while one unary call waits in its handler. */
  private ContextConsumer<AssertableApplicationContext> holdingOneCall(Held body) {
    return context -> {
      int port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
              .build();
      try {
        var answer = EchoServiceGrpc.newFutureStub(channel).unary(EchoRequest.getDefaultInstance());
        assertThat(handler.held.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answer).isNotDone();
        body.run(context, port);
      } finally {
        handler.release.countDown();
        channel.shutdownNow();
      }
    };
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port), 10_000);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private static final class HoldingEcho extends EchoHandler {
    final CountDownLatch held = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public void unary(
        EchoRequest request,
        io.grpc.stub.StreamObserver<io.grpcplatform.test.v1.EchoResponse> responses) {
      held.countDown();
      try {
        release.await();
      } catch (InterruptedException cut) {
        Thread.currentThread().interrupt();
      }
      super.unary(request, responses);
    }
  }
}
