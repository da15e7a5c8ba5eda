package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.ChannelContributor;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PushedConfigTest {

  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger pushes = new AtomicInteger();
  private Map<String, ?> wanted = Map.of("a", 1.0);
  private final PushedConfig config = config();

  private PushedConfig config() {
    PushedConfig made = new PushedConfig("stock", () -> wanted, clock);
    made.add(pushes::incrementAndGet);
    return made;
  }

  @Test
  void theFirstChangeIsPushedAtOnce() {
    wanted = Map.of("a", 2.0);

    config.settingsChanged();

    assertThat(pushes).hasValue(1);
    assertThat(config.pushed()).isEqualTo(Map.of("a", 2.0));
  }

  @Test
  void whatDoesNotDifferIsNotPushed() {
    wanted = Map.of("a", 1.0);

    config.settingsChanged();

    assertThat(pushes).hasValue(0);
    assertThat(config.pushed()).isNull();
  }

  @Test
  void changesWithinThePauseArePushedOnceAfterIt() {
    change(2.0);
    clock.advance(Duration.ofMillis(1));

    change(3.0);
    change(4.0);
    clock.advance(PAUSE.minusMillis(2));
    int within = pushes.get();
    clock.advance(Duration.ofMillis(1));

    assertThat(within).isEqualTo(1);
    assertThat(pushes).hasValue(2);
    assertThat(config.pushed()).isEqualTo(Map.of("a", 4.0));
    assertThat(clock.waiting()).isZero();
  }

  @Test
  void aChangeTakenBackWithinThePauseIsNotPushed() {
    change(2.0);
    change(3.0);
    change(2.0);

    clock.advance(PAUSE);

    assertThat(pushes).hasValue(1);
  }

  @Test
  void aChangeAfterThePauseIsPushedAtOnce() {
    change(2.0);
    clock.advance(PAUSE);

    change(3.0);

    assertThat(pushes).hasValue(2);
  }

  @Test
  void aClosedChannelLeavesNoTimerBehind() {
    change(2.0);
    change(3.0);

    config.close();
    change(4.0);

    assertThat(clock.waiting()).isZero();
    assertThat(pushes).hasValue(1);
  }

  @Test
  void twoPartsWithOneKeyAreRefusedByName() {
    List<ChannelContributor> both = List.of(new One(), new Other());

    assertThatThrownBy(() -> ConfigParts.merge("stock", both))
        .hasMessage(
            One.class.getName()
                + " and "
                + Other.class.getName()
                + " both give \"methodConfig\" of the service config of the channel \"stock\""
                + " (expected: one feature per key)");
  }

  private void change(double value) {
    wanted = Map.of("a", value);
    config.settingsChanged();
  }

  private static final class One implements ChannelContributor {
    @Override
    public Map<String, ?> serviceConfig(String channel) {
      return Map.of("methodConfig", List.of());
    }
  }

  private static final class Other implements ChannelContributor {
    @Override
    public Map<String, ?> serviceConfig(String channel) {
      return Map.of("healthCheckConfig", Map.of(), "methodConfig", List.of());
    }
  }
}
