package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which calls a gate sheds, at a fixed limit of ten. */
final class LoadGateTest {

  private static final long MS = 1_000_000;
  private static final long LONG_WAIT = 500 * MS;

  private final LoadGate gate = gate(new CpuUse(() -> 0, 1, 0));
  private long now;

  private static LoadGate gate(CpuUse cpu) {
    return new LoadGate(
        new LoadGate.Rules(
            AdaptiveLimit.of(AdaptiveLimit.Algorithm.FIXED, 10, 1000),
            LoadGate.Shares.USUAL,
            LoadSheddingProperties.Mode.ENFORCE),
        cpu);
  }

  private void inWork(int calls) {
    gate.add(calls * LoadGate.WORK);
  }

  private boolean sheds(Priority priority) {
    return gate.shedsNew(priority, false, LONG_WAIT, ++now);
  }

  @Test
  void aServerThatIsNotBusyShedsNothing() {
    inWork(500);

    assertThat(gate.shedsNew(Priority.BACKGROUND, true, 0, ++now)).isFalse();
  }

  @Test
  void aBusyServerBelowItsLimitShedsNoDefaultCall() {
    inWork(9);

    assertThat(sheds(Priority.DEFAULT)).isFalse();
    inWork(1);
    assertThat(sheds(Priority.DEFAULT)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"CRITICAL, 40", "DEFAULT, 10", "SHEDDABLE, 9", "BACKGROUND, 8"})
  void theLeastImportantAreShedFirst(Priority priority, int from) {
    inWork(from - 1);
    assertThat(sheds(priority)).isFalse();

    inWork(1);

    assertThat(sheds(priority)).isTrue();
  }

  @Test
  void aNewStreamIsMeasuredOneStepLower() {
    inWork(9);

    assertThat(gate.shedsNew(Priority.DEFAULT, true, LONG_WAIT, ++now)).isTrue();
    assertThat(gate.shedsNew(Priority.DEFAULT, false, LONG_WAIT, ++now)).isFalse();
    assertThat(gate.slows(Priority.DEFAULT, ++now)).as("live ones after new ones").isFalse();
  }

  @Test
  void callsThatWillBeShedBeforeTheyWorkAreInNobodysWay() {
    for (int i = 0; i < 30; i++) {
      gate.begin(Priority.BACKGROUND);
    }

    assertThat(sheds(Priority.DEFAULT)).isFalse();
    assertThat(sheds(Priority.BACKGROUND)).isTrue();
    assertThat(gate.inFlight()).isEqualTo(30);
  }

  @Test
  void aCallThatHasBegunIsAskedAgainBeforeItWorks() {
    inWork(9);
    gate.begin(Priority.DEFAULT);
    assertThat(sheds(Priority.CRITICAL)).as("notices that it is busy").isFalse();

    assertThat(gate.shedsBegun(Priority.DEFAULT, 0, ++now)).isFalse();
    gate.begin(Priority.DEFAULT);
    assertThat(gate.shedsBegun(Priority.DEFAULT, 0, ++now)).isTrue();
  }

  @Test
  void aSaturatedProcessorIsBusyWithoutAnyWait() {
    long[] used = {0};
    LoadGate computing = gate(new CpuUse(() -> used[0], 1, 0));
    computing.add(10 * LoadGate.WORK);
    used[0] = 170 * MS;

    assertThat(computing.shedsNew(Priority.DEFAULT, false, 0, 200 * MS)).isTrue();
    used[0] += 168 * MS;
    assertThat(computing.shedsNew(Priority.DEFAULT, false, 0, 400 * MS)).isFalse();
  }

  @Test
  void randomCallsAndStreamsLeaveNothingBehind() {
    SplittableRandom random = new SplittableRandom(20261105);
    List<Priority> priorities = List.of(Priority.values());
    int[] begun = new int[priorities.size()];
    int working = 0;
    for (int step = 0; step < 100_000; step++) {
      Priority priority = priorities.get(random.nextInt(priorities.size()));
      switch (random.nextInt(4)) {
        case 0 -> {
          gate.begin(priority);
          begun[priority.rank()]++;
        }
        case 1 -> {
          if (begun[priority.rank()] > 0) {
            begun[priority.rank()]--;
            gate.work(priority);
            working++;
          }
        }
        case 2 -> {
          if (begun[priority.rank()] > 0) {
            begun[priority.rank()]--;
            gate.leave(priority);
          }
        }
        default -> {
          if (working > 0) {
            working--;
            gate.add(-LoadGate.WORK);
          }
        }
      }
      int expected = working + begun[0] + begun[1] + begun[2] + begun[3];
      assertThat(gate.inFlight()).isEqualTo(expected);
      assertThat(gate.units()).isNotNegative();
    }
  }
}
