package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of calls in flight when settings change, over loopback. */
final class LiveLoadSheddingTest {

  private static final String[] ENFORCED = {
    "mode", "enforce", "algorithm", "fixed", "initial-limit", "2"
  };
  private static final String[] OBSERVED = {"algorithm", "fixed", "initial-limit", "2"};

  @Test
  void callsThatBeganBeforeAChangeStayCounted() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), OBSERVED)) {
      bench.hold(2);
      assertThat(bench.call(null)).isNull();

      bench.change(ENFORCED);

      assertThat(bench.call(null)).as("the two that are held fill the server").isNotNull();
      bench.echo.releaseAll();
      bench.echo.awaitDone(2);
      assertThat(bench.unitsSeen()).isEqualTo(LoadGate.WORK);
    }
  }

  @Test
  void switchedOffLetsGoOfWhatWasCounted() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), ENFORCED)) {
      bench.hold(2);

      bench.change("mode", "off");

      assertThat(bench.call(null)).isNull();
      assertThat(bench.gate.inFlight()).isEqualTo(2);
      bench.echo.releaseAll();
      bench.echo.awaitDone(2);
      assertThat(bench.unitsSeen()).as("nobody is counted any more").isZero();
    }
  }

  @Test
  void theFeatureIsSwitchedOffAndOnWhileRunning() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), ENFORCED)) {
      bench.hold(2);

      bench.change("enabled", "false");
      assertThat(bench.call(null)).isNull();

      bench.change(ENFORCED);
      assertThat(bench.call(null)).isNotNull();
    }
  }

  @Test
  void prioritiesAndLimitsHoldFromTheNextCallOn() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), ENFORCED)) {
      bench.hold(2);
      assertThat(bench.call("sheddable")).isNotNull();

      bench.change("mode", "enforce", "algorithm", "fixed", "initial-limit", "3");
      assertThat(bench.call("sheddable")).isNull();

      bench.change(
          "mode",
          "enforce",
          "algorithm",
          "fixed",
          "initial-limit",
          "3",
          "priorities.sheddable",
          "60",
          "priorities.background",
          "60");
      assertThat(bench.call("sheddable")).isNotNull();
    }
  }

  @Test
  void whatTheLimitHasLearntSurvivesAChange() {
    LoadSheddingProperties before = Settings.of("max-limit", "200");
    LoadPools loads = Settings.loads(before, Settings.idle());
    LoadGate gate = Settings.gate(loads);
    for (int i = 0; i < 100; i++) {
      gate.served(1_000_000, 1_000_000, 200);
    }
    int learnt = gate.limit();
    assertThat(learnt).isGreaterThan(100);

    loads.change(Settings.of("max-limit", "200", "mode", "enforce", "initial-limit", "5"));
    assertThat(gate.limit()).isEqualTo(learnt);
    loads.change(Settings.of("max-limit", "900"));
    assertThat(gate.limit()).isEqualTo(learnt);
    loads.change(Settings.of("max-limit", "60"));
    assertThat(gate.limit()).isEqualTo(60);
    loads.change(Settings.of("max-limit", "900", "algorithm", "gradient2"));
    assertThat(gate.limit()).isEqualTo(60);
    loads.change(Settings.of("initial-limit", "7", "algorithm", "fixed"));
    assertThat(gate.limit()).isEqualTo(7);
  }

  @Test
  void aLimitThatBeginsUnderLoadKnowsThatItIsLoaded() {
    LoadPools loads = Settings.loads(Settings.of(), Settings.idle());
    LoadGate gate = Settings.gate(loads);
    loads.change(Settings.of("max-limit", "100"));

    for (int i = 0; i < 300; i++) {
      gate.served(10_000_000, 1_000_000, gate.limit());
    }

    assertThat(gate.limit()).isLessThan(20);
  }

  @Test
  void aChangeThatIsRefusedChangesNothing() throws Exception {
    try (Bench bench = Bench.of(Settings.saturated(), ENFORCED)) {
      LoadSheddingProperties held = bench.settings.get();
      bench.settings.check(
          next -> {
            throw SettingException.of("platform.loadshedding.mode", next.mode(), "other", "off");
          });

      assertThatThrownBy(() -> bench.live.apply(Map.of(bench.settings, Settings.of())))
          .isInstanceOf(SettingException.class);

      assertThat(bench.settings.get()).isSameAs(held);
      assertThat(bench.gate.limit()).isEqualTo(2);
    }
  }

  @Test
  void hundredsOfChangesUnderLoadLoseNoCount() throws Exception {
    List<String[]> settings =
        List.of(
            ENFORCED,
            OBSERVED,
            new String[] {"mode", "off"},
            new String[] {"enabled", "false"},
            new String[] {"mode", "enforce", "max-limit", "40"});
    try (Bench bench = Bench.inRealTime(Settings.saturated(), ENFORCED)) {
      Phaser open = new Phaser(1);
      CompletableFuture<Void> storm = CompletableFuture.runAsync(() -> storm(bench, open, 4_000));
      SplittableRandom random = new SplittableRandom(20261121);
      int changes = 0;
      for (; changes < 300 || !storm.isDone(); changes++) {
        bench.change(settings.get(random.nextInt(settings.size())));
        // Some calls meet each of the settings.
        bench.call("critical");
      }
      storm.get(30, TimeUnit.SECONDS);
      open.awaitAdvanceInterruptibly(open.arrive(), 30, TimeUnit.SECONDS);

      bench.change("mode", "off");
      bench.drain();
      assertThat(bench.gate.units()).as("after %d changes", changes).isZero();
    }
  }

  /** Unary calls and streams of all priorities, a third of them cut off. */
  private static void storm(Bench bench, Phaser open, int calls) {
    SplittableRandom random = new SplittableRandom(20261122);
    for (int i = 0; i < calls; i++) {
      boolean stream = random.nextInt(3) == 0;
      ClientCall<EchoRequest, EchoResponse> call =
          bench
              .as(List.of(Priority.values()).get(random.nextInt(4)).word())
              .newCall(
                  stream ? EchoServiceGrpc.getBidiMethod() : EchoServiceGrpc.getUnaryMethod(),
                  CallOptions.DEFAULT);
      open.register();
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              open.arriveAndDeregister();
            }
          },
          new Metadata());
      call.request(3);
      call.sendMessage(Bench.say("hello"));
      if (random.nextInt(3) == 0) {
        call.cancel("storm", null);
      } else {
        call.halfClose();
      }
    }
  }
}
