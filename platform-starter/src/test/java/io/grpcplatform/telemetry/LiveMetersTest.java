package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.LiveSettings;
import io.grpcplatform.composition.LiveScrape;
import io.grpcplatform.telemetry.TelemetryProperties.Metrics;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Metrics that are switched off and on again while a whole application talks to itself. */
final class LiveMetersTest {

  private final LiveScrape live = LiveScrape.start();

  @AfterEach
  void stop() {
    live.close();
  }

  @Test
  void countsGoOnWhereTheyStopped() throws Exception {
    Talk.open(live.channel()).say("hello").hangUp();
    live.awaitEnded(1);
    Talk before = Talk.open(live.channel()).say("hello");
    assertThat(messages()).isEqualTo(2);
    assertThat(streams()).isEqualTo(1);

    metrics(false);
    Talk.open(live.channel()).say("hello").hangUp();
    live.awaitEnded(1);
    before.say("hello").hangUp();
    live.awaitEnded(1);

    assertThat(messages()).as("a stream is measured to its end if it began so").isEqualTo(3);
    assertThat(streams()).isZero();

    metrics(true);
    Talk after = Talk.open(live.channel()).say("hello");
    assertThat(streams()).isEqualTo(1);
    after.hangUp();
    live.awaitEnded(1);

    assertThat(messages()).isEqualTo(4);
    assertThat(streams()).isZero();
    assertThat(live.registry().get("grpc.server").tag("rpc.method", "Bidi").timer().count())
        .isEqualTo(3);
  }

  private void metrics(boolean enabled) {
    var settings = live.context().getBean(TelemetryParts.class).live();
    TelemetryProperties now = settings.get();
    live.context()
        .getBean(LiveSettings.class)
        .apply(
            Map.of(
                settings,
                new TelemetryProperties(
                    now.enabled(),
                    new Metrics(enabled, false),
                    now.tracing(),
                    now.mdc(),
                    now.accessLog())));
  }

  private double messages() {
    return live.registry()
        .get("platform.telemetry.messages")
        .tags("rpc.side", "server", "rpc.method", "Bidi", "direction", "received")
        .counter()
        .count();
  }

  private double streams() {
    return live.registry()
        .get("platform.telemetry.streams")
        .tags("rpc.side", "server", "rpc.method", "Bidi")
        .gauge()
        .value();
  }
}
