package io.grpcplatform.retry;

import static io.grpcplatform.retry.Answers.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ClientStage;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HedgeDelaysTest {

  private static final CallKey LOOK = CallKey.of("stock", StockServiceGrpc.getLookMethod());
  private static final Duration SET = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualClock clock = new ManualClock();
  private final CallLatencies latencies = new CallLatencies(clock);
  private final AtomicInteger moves = new AtomicInteger();
  private final HedgeDelays delays = new HedgeDelays(latencies, clock, moves::incrementAndGet);

  @Test
  void looksOnceAMinuteAndKeepsWhatItSaw() throws IOException {
    delays.watch(LOOK);
    callTimes(100);

    clock.advance(MINUTE.minusNanos(1));
    Duration within = delays.of(LOOK, SET);
    clock.advance(Duration.ofNanos(1));
    Duration after = delays.of(LOOK, SET);
    clock.advance(MINUTE.multipliedBy(3));

    assertThat(within).isEqualTo(SET);
    assertThat(after).isBetween(Duration.ofMillis(1), Duration.ofSeconds(20));
    assertThat(delays.of(LOOK, SET)).isEqualTo(after);
    assertThat(moves).hasValue(1);
  }

  @Test
  void fewCallsLeaveTheDelayThatIsSet() throws IOException {
    delays.watch(LOOK);
    callTimes(99);

    clock.advance(MINUTE);

    assertThat(delays.of(LOOK, SET)).isEqualTo(SET);
    assertThat(moves).hasValue(0);
  }

  @Test
  void looksAgainAMinuteLater() throws IOException {
    delays.watch(LOOK);
    clock.advance(MINUTE);
    callTimes(100);

    clock.advance(MINUTE);

    assertThat(moves).hasValue(1);
    assertThat(delays.of(LOOK, SET)).isLessThan(SET);
  }

  @Test
  void stopsLookingWhenNothingIsWatched() {
    delays.watch(LOOK);

    delays.forget();
    clock.advance(MINUTE);

    assertThat(clock.waiting()).isZero();
  }

  @Test
  void leavesNoTimerBehindWhenItCloses() {
    delays.watch(LOOK);

    delays.close();

    assertThat(clock.waiting()).isZero();
  }

  private void callTimes(int calls) throws IOException {
    try (Stock stock = Stock.inProcess("hedge-delays", Answers::echo)) {
      InProcessChannelBuilder builder = InProcessChannelBuilder.forName("hedge-delays");
      ClientPipeline.of("stock", List.of(new Watching()), new LiveSettings(), latencies)
          .install(builder);
      ManagedChannel channel = builder.build();
      try {
        var stub = StockServiceGrpc.newBlockingStub(channel);
        for (int i = 0; i < calls; i++) {
          stub.look(REQUEST);
        }
      } finally {
        channel.shutdownNow();
      }
      assertThat(stock.attempts("Look")).isEqualTo(calls);
    }
  }

  /** Wants every call wrapped; only those are measured. */
  private static final class Watching implements ClientFeature {
    @Override
    public ClientStage stage() {
      return ClientStage.RETRY;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> null;
    }
  }
}
