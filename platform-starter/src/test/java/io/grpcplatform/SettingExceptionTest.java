package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettingExceptionTest {

  @Test
  void offersTheYamlOfAValueThatWorks() {
    SettingException wrong =
        SettingException.of("platform.client.defaults.idle-timeout", "-5s", "0s or more", "30m");

    assertThat(wrong)
        .hasMessage(
            "idle-timeout: -5s (expected: 0s or more, platform.client.defaults.idle-timeout)");
    assertThat(wrong.yaml())
        .isEqualTo(
            """
            platform:
              client:
                defaults:
                  idle-timeout: 30m""");
  }

  @Test
  void keepsBracketsAroundMapKeysInYaml() {
    SettingException wrong =
        SettingException.of(
            "platform.deadline.stream.methods[pkg.v1.Service/Method].idle-timeout",
            null,
            "0s or more",
            "30s");

    assertThat(wrong.yaml())
        .isEqualTo(
            """
            platform:
              deadline:
                stream:
                  methods:
                    "[pkg.v1.Service/Method]":
                      idle-timeout: 30s""");
  }
}
