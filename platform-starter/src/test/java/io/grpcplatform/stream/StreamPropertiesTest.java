package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

final class StreamPropertiesTest {

  private static StreamProperties bound(String... keysAndValues) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put("platform.stream." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("platform.stream", StreamProperties.class);
  }

  @Test
  void withoutAPropertyTheStandardLimitsHold() {
    assertThat(bound().limits()).isEqualTo(SessionLimits.STANDARD);
    assertThat(bound().enabled()).isTrue();
  }

  @Test
  void everyPropertyReachesItsLimit() {
    StreamProperties properties =
        bound(
            "session.replay.messages", "17",
            "session.replay.bytes", "3KB",
            "session.heartbeat", "150ms",
            "session.silence-limit", "610ms",
            "session.reopen.first", "20ms",
            "session.reopen.longest", "510ms",
            "session.keep", "0s");

    assertThat(properties.limits())
        .isEqualTo(
            new SessionLimits(
                17,
                3072,
                Duration.ofMillis(150),
                Duration.ofMillis(610),
                Duration.ofMillis(20),
                Duration.ofMillis(510),
                Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({
    "session.replay.messages, 0",
    "session.replay.bytes, 0B",
    "session.heartbeat, 0s",
    "session.silence-limit, 5s",
    "session.reopen.first, 0s",
    "session.reopen.longest, 49ms",
    "session.keep, -1s"
  })
  void aWrongValueIsToldWithItsProperty(String leaf, String value) {
    assertThatThrownBy(() -> bound(leaf, value)).hasStackTraceContaining("platform.stream." + leaf);
  }
}
