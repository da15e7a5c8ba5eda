package io.grpcplatform.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What content looks like when it is shown, and what of it is not. */
class ShownTest {

  private final Shown nowhere = new Shown((property, value) -> null);
  private final Shown everywhere = new Shown((property, value) -> new Place("here:7", value));

  @Test
  void durationsReadAsInSettings() {
    assertThat(Shown.text(Duration.ZERO)).isEqualTo("0s");
    assertThat(Shown.text(Duration.ofNanos(812_500))).isEqualTo("812.5us");
    assertThat(Shown.text(Duration.ofMillis(50))).isEqualTo("50ms");
    assertThat(Shown.text(Duration.ofNanos(1_050_400_000))).isEqualTo("1.05s");
    assertThat(Shown.text(Duration.ofMinutes(10))).isEqualTo("600s");
  }

  @Test
  void listsAndMapsAreCutWithTheCountOfTheRest() {
    Map<String, Integer> many = new HashMap<>();
    for (int i = 0; i < 507; i++) {
      many.put("name" + i, i);
    }

    assertThat(nowhere.of(many)).asString().endsWith(", and-more=7}");
    assertThat((Map<?, ?>) nowhere.of(many)).hasSize(501);
    assertThat(String.valueOf(nowhere.of(Collections.nCopies(103, 1)))).endsWith("1, and 3 more]");
  }

  @Test
  void textsThatSoundLikeSecretsAreMasked() {
    assertThat(nowhere.of(Map.of("password", "hunter2"))).hasToString("{password=******}");
    assertThat(nowhere.of(Map.of("api.key", "hunter2"))).hasToString("{api.key=******}");
    assertThat(nowhere.of("redis://joe:hun@ter2@host:1/0")).isEqualTo("redis://******@host:1/0");
    assertThat(nowhere.of("a?token=hunter2&b=1")).isEqualTo("a?token=******&b=1");
    assertThat(nowhere.of("password: hunter2, or not")).isEqualTo("password=******, or not");
    assertThat(nowhere.of(Map.of("pkg.TokenService", Map.of("Get", 1))))
        .hasToString("{pkg.TokenService={Get=1}}");
  }

  @Test
  void aSettingOfASecretShowsItsPlaceOnly() {
    EffectiveSetting secret =
        EffectiveSetting.byProperty("x", "hunter2", Origin.PROPERTY, "platform.a.client-secret");
    EffectiveSetting ofAMethod =
        EffectiveSetting.byProperty("x", 1, Origin.PROPERTY, "platform.a.methods[p.Keys/Token]");

    assertThat(everywhere.of(secret))
        .hasToString(
            "{value=******, origin=property, property=platform.a.client-secret, place=here:7}");
    assertThat(everywhere.of(ofAMethod)).asString().startsWith("{value=1,");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "platform.client.channels.tokens.target",
        "platform.retry.budget.max-tokens",
        "platform.retry.budget.token-ratio"
      })
  void namesThatOnlySoundLikeSecretsKeepTheirValues(String property) {
    assertThat(everywhere.of(EffectiveSetting.byProperty("x", 33, Origin.PROPERTY, property)))
        .asString()
        .startsWith("{value=33,");
    assertThat(Masked.secret("platform.client.channels.shop.token")).isTrue();
  }

  @Test
  void whatNobodyHasSetIsTheDefault() {
    EffectiveSetting inherited =
        EffectiveSetting.byProperty("x", 3, Origin.INHERITED, "platform.a.b");
    EffectiveSetting measured =
        EffectiveSetting.byProperty("x", 3, Origin.MEASURED, "platform.a.b");

    assertThat(nowhere.of(inherited))
        .hasToString("{value=3, origin=default, property=platform.a.b}");
    assertThat(nowhere.of(measured)).asString().contains("origin=measured");
  }

  @Test
  void addressesAreShownWithoutLookingThemUp() throws UnknownHostException {
    assertThat(nowhere.of(InetSocketAddress.createUnresolved("payment", 9091)))
        .isEqualTo("payment:9091");
    assertThat(
            nowhere.of(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 9091)))
        .isEqualTo("127.0.0.1:9091");
    assertThat(nowhere.of(List.of(Double.NaN, Origin.MEASURED))).hasToString("[unknown, measured]");
  }
}
