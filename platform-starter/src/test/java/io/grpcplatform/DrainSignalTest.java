package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.DrainSignal.Phase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Phases only advance, and each listener hears each of them once. */
final class DrainSignalTest {

  @Test
  void listenersHearEachPhaseOnceInOrder() {
    DrainSignal signal = new DrainSignal();
    List<Phase> heard = new ArrayList<>();
    signal.subscribe(
        phase -> {
          throw new IllegalStateException("a listener that fails");
        });
    signal.subscribe(heard::add);

    signal.advance(Phase.ANNOUNCED);
    signal.advance(Phase.DRAINING);
    signal.advance(Phase.ANNOUNCED);
    signal.advance(Phase.DRAINING);

    assertThat(heard).containsExactly(Phase.ANNOUNCED, Phase.DRAINING);
    assertThat(signal.draining()).isTrue();
  }

  @Test
  void announcingIsNotDraining() {
    DrainSignal signal = new DrainSignal();

    signal.advance(Phase.ANNOUNCED);

    assertThat(signal.draining()).isFalse();
    assertThat(signal.phase()).isEqualTo(Phase.ANNOUNCED);
  }
}
