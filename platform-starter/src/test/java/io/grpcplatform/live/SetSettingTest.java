package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What messages, logs and the endpoint may quote of a setting. */
final class SetSettingTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "platform.x.client-secret, hunter2",
    "platform.x.access-token, hunter2",
    "platform.x.channels.shop.api-key, hunter2",
    "platform.ratelimit.redis.url, redis://joe:hunter2@host:1"
  })
  void secretsAreNotQuoted(String name, String value) {
    assertThat(new SetSetting(name, value).shown().toString())
        .contains("******")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "platform.retry.budget.max-tokens",
    "platform.retry.budget.token-ratio",
    "'platform.deadline.methods[bank.v1.TokenService/Get]'",
    "platform.client.channels.tokens.target"
  })
  void namesThatOnlySoundLikeSecretsKeepTheirValues(String name) {
    assertThat(new SetSetting(name, "33").shown()).isEqualTo("33");
  }
}
