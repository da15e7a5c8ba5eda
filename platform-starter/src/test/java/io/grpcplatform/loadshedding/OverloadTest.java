package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.CallClock;
import io.grpcplatform.loadshedding.OpenLoop.Tally;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A server is sent ten times what it can serve, over loopback. The short form is for 100 calls a
 * second; {@code -Dplatform.test.overload=20s} is for 200 and lasts that long.
 */
final class OverloadTest {

  private static final Duration SETTLE = Duration.ofMillis(600);
  private static final Duration NORMAL_AGAIN = Duration.ofSeconds(5);

  private final @Nullable String asked = System.getProperty("platform.test.overload");
  private final Duration length =
      asked == null ? Duration.ofSeconds(2) : Duration.parse("PT" + asked);
  private final int capacity = asked == null ? 100 : 200;

  /** Of two seconds' hundred critical calls, those before the overload is noticed are a few. */
  private final double criticalShare = asked == null ? 0.9 : 0.99;

  @Test
  void goodputSurvivesTenTimesTheLoad() throws Exception {
    LoadSheddingProperties settings = Settings.of("mode", "enforce");
    LoadPools loads = Settings.loads(settings, Settings.idle());
    LoadGate gate = Settings.gate(loads);
    try (FixedCapacity server =
            new FixedCapacity(capacity, Settings.stage(settings, loads, CallClock.system()));
        OpenLoop load = new OpenLoop(server.server.getPort())) {
      // Given a server whose code is warm, and what it does when it is offered as much as it can
      // do.
      load.warmUp();
      load.run(10 * capacity, SETTLE);
      double peak = perSecond(load.run(capacity, SETTLE).servedInAll(), SETTLE);

      // When it is offered ten times as much.
      Tally overloaded = load.run(10 * capacity, length);

      // Then it does nearly as much as before, the critical calls first.
      double goodput = perSecond(overloaded.servedInAll(), length);
      System.out.println(figures(peak, goodput, overloaded, gate));
      assertThat(overloaded.sentInAll()).isGreaterThan(5L * capacity * length.toMillis() / 1000);
      assertThat(goodput).isGreaterThanOrEqualTo(0.8 * peak);
      assertThat(overloaded.servedShare(Priority.CRITICAL)).isGreaterThanOrEqualTo(criticalShare);
      assertThat(overloaded.servedShare(Priority.BACKGROUND))
          .isLessThan(overloaded.servedShare(Priority.DEFAULT));

      // And all of what it can do is served again, from at most five seconds later on.
      long over = System.nanoTime();
      Tally after;
      Duration recovered;
      do {
        recovered = Duration.ofNanos(System.nanoTime() - over);
        after = load.run(capacity * 4 / 5, SETTLE);
      } while (after.servedInAll() < after.sentInAll() && recovered.compareTo(NORMAL_AGAIN) < 0);
      System.out.println("all served from " + recovered.toMillis() + " ms after the overload on");
      assertThat(after.servedInAll()).isEqualTo(after.sentInAll());
      assertThat(recovered).isLessThan(NORMAL_AGAIN);
    }
    assertThat(gate.units()).as("in flight when all is over").isZero();
  }

  @Test
  void withoutSheddingTheSameLoadIsACollapse() throws Exception {
    Duration bounded = asked == null ? Duration.ofMillis(1_700) : length;
    try (FixedCapacity server = new FixedCapacity(capacity);
        OpenLoop load = new OpenLoop(server.server.getPort())) {
      load.warmUp();

      // On a busy machine, too, all of it is sent: less would be another load.
      Tally overloaded = load.runAll(10 * capacity, bounded);

      double late = perSecond(overloaded.servedLate.sum(), bounded.dividedBy(2));
      System.out.println(
          String.format(
              Locale.ROOT,
              "without: goodput %.0f/s in the second half, critical %.3f",
              late,
              overloaded.servedShare(Priority.CRITICAL)));
      assertThat(late).isLessThan(0.5 * capacity);
      assertThat(overloaded.servedShare(Priority.CRITICAL)).isLessThan(0.5);
    }
  }

  private static double perSecond(long calls, Duration time) {
    return calls * 1e3 / time.toMillis();
  }

  private static String figures(double peak, double goodput, Tally tally, LoadGate gate) {
    return String.format(
        Locale.ROOT,
        "peak %.0f/s, goodput %.0f/s of %d sent; served: critical %.4f (of %d), default %.3f,"
            + " sheddable %.3f, background %.3f; limit %d",
        peak,
        goodput,
        tally.sentInAll(),
        tally.servedShare(Priority.CRITICAL),
        tally.sent[0].sum(),
        tally.servedShare(Priority.DEFAULT),
        tally.servedShare(Priority.SHEDDABLE),
        tally.servedShare(Priority.BACKGROUND),
        gate.limit());
  }
}
