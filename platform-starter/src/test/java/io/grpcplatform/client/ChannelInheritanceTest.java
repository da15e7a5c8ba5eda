package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.SettingException;
import io.grpcplatform.client.ClientProperties.Defaults;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ChannelInheritanceTest {

  @Test
  void hasDefaultsWhereNothingIsSet() {
    Defaults effective = effective(Map.of());

    assertThat(effective.keepalive().time()).isEqualTo(Duration.ofMinutes(5));
    assertThat(effective.keepalive().timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(effective.keepalive().withoutCalls()).isFalse();
    assertThat(effective.inbound().message().maxSize()).isEqualTo(DataSize.ofMegabytes(4));
    assertThat(effective.inbound().metadata().maxSize()).isEqualTo(DataSize.ofKilobytes(8));
    assertThat(effective.loadBalancing()).isEqualTo("round_robin");
    assertThat(effective.userAgent()).isNull();
    assertThat(effective.idleTimeout()).isEqualTo(Duration.ofMinutes(30));
    assertThat(effective.waitForReady()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "keepalive.time, 7m",
    "keepalive.timeout, 7s",
    "keepalive.without-calls, true",
    "inbound.message.max-size, 7MB",
    "inbound.metadata.max-size, 7KB",
    "load-balancing, pick_first",
    "user-agent, shop",
    "idle-timeout, 7m",
    "wait-for-ready, true"
  })
  void inheritsEachLeafAlone(String leaf, String value) {
    Map<String, String> everyOther =
        Map.of(
            "platform.client.defaults." + leaf,
            value,
            "platform.client.channels.payment.target",
            "payment:9091");

    Defaults inherited = effective(everyOther);
    Defaults own = effective(Map.of("platform.client.channels.payment." + leaf, value));

    assertThat(inherited).isEqualTo(own).isNotEqualTo(effective(Map.of()));
  }

  @Test
  void keepsSiblingsOfAnOverriddenLeaf() {
    Defaults effective =
        effective(
            Map.of(
                "platform.client.defaults.keepalive.time", "7m",
                "platform.client.defaults.keepalive.timeout", "7s",
                "platform.client.channels.payment.keepalive.time", "0s"));

    assertThat(effective.keepalive().time()).isZero();
    assertThat(effective.keepalive().timeout()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @CsvSource({
    "keepalive.time, -1ms",
    "keepalive.timeout, 0s",
    "idle-timeout, -1s",
    "inbound.message.max-size, 0B",
    "inbound.metadata.max-size, 2GB",
    "load-balancing, roundrobin"
  })
  void refusesLeavesOutsideTheirRange(String leaf, String value) {
    String own = "platform.client.channels.payment." + leaf;
    String inherited = "platform.client.defaults." + leaf;

    assertThatThrownBy(() -> effective(Map.of(own, value)))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining(own);
    assertThatThrownBy(() -> ChannelSettings.check(bind(Map.of(inherited, value)).defaults()))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining(inherited);
  }

  private static Defaults effective(Map<String, String> settings) {
    ClientProperties bound = bind(settings);
    ClientProperties.Channel own =
        bound.channels().getOrDefault("payment", ClientProperties.Channel.EMPTY);
    return ChannelSettings.of("payment", new Target.InProcess("test"), own, bound.defaults())
        .effective();
  }

  private static ClientProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("platform.client", ClientProperties.class);
  }
}
