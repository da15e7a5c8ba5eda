package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Deadline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceFutureStub;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Hooks;

/** Cancellation and deadline over three hops whose handlers work on other threads than gRPC's. */
final class CancellationAcrossThreadsTest {

  private static final int WARM_UP = 5;
  private static final int ROUNDS = 21;
  private static final Duration LIMIT = Duration.ofMillis(50);

  @BeforeAll
  static void asTheStarterDoes() {
    Hooks.enableAutomaticContextPropagation();
  }

  @AfterAll
  static void asItWas() {
    Hooks.disableAutomaticContextPropagation();
  }

  static List<HandlerThreads> threads() {
    return HandlerThreads.available();
  }

  @ParameterizedTest
  @MethodSource("threads")
  void theThirdHopStopsWhenTheFirstCallerGoes(HandlerThreads threads) throws Exception {
    try (ThreeHops hops = new ThreeHops(threads)) {
      EchoServiceFutureStub caller = EchoServiceGrpc.newFutureStub(hops.first().channel());
      long[] nanos = new long[ROUNDS];

      for (int round = -WARM_UP; round < ROUNDS; round++) {
        long taken = cancelOnce(hops, caller);
        if (round >= 0) {
          nanos[round] = taken;
        }
      }

      Arrays.sort(nanos);
      System.out.printf(
          "cancel to the third hop, handlers on %s: median %.1f ms, slowest %.1f ms of %d%n",
          threads, nanos[ROUNDS / 2] / 1e6, nanos[ROUNDS - 1] / 1e6, ROUNDS);
      assertThat(Duration.ofNanos(nanos[ROUNDS / 2])).isLessThanOrEqualTo(LIMIT);
    }
  }

  private static long cancelOnce(ThreeHops hops, EchoServiceFutureStub caller) throws Exception {
    ListenableFuture<EchoResponse> call =
        caller.withDeadlineAfter(30, TimeUnit.SECONDS).unary(EchoRequest.getDefaultInstance());
    ThreeHops.Arrival arrival = hops.arrival();
    long before = System.nanoTime();
    call.cancel(true);
    return arrival.cancelled().get(10, TimeUnit.SECONDS) - before;
  }

  @ParameterizedTest
  @MethodSource("threads")
  void deadlinesShrinkFromHopToHop(HandlerThreads threads) throws Exception {
    try (ThreeHops hops = new ThreeHops(threads)) {
      Deadline callers = Deadline.after(4_050, TimeUnit.MILLISECONDS);

      ListenableFuture<EchoResponse> call =
          EchoServiceGrpc.newFutureStub(hops.first().channel())
              .withDeadline(callers)
              .unary(EchoRequest.getDefaultInstance());
      Deadline third = hops.arrival().deadline();

      List<Deadline> passed = hops.passed();
      assertThat(passed).doesNotContainNull();
      assertThat(passed.get(1).isBefore(passed.get(0))).as("second before first").isTrue();
      assertThat(third.isBefore(passed.get(1))).as("third before second").isTrue();
      call.cancel(true);
    }
  }
}
