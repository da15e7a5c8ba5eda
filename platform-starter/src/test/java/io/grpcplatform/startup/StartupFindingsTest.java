package io.grpcplatform.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.StartupCheck.Finding;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** Each bad setting is found, and what the finding prints corrects it. */
@ExtendWith(OutputCaptureExtension.class)
class StartupFindingsTest {

  static Stream<BadSetting> badSettings() {
    return BadSetting.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badSettings")
  void eachIsFoundAndItsYamlCorrectsIt(BadSetting bad, CapturedOutput output) {
    Finding finding = only(bad.settings());

    Shop.with(bad.corrected(finding.yaml()))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(Shop.findings(context)).isEmpty();
            });

    assertThat(finding.rule()).isEqualTo(bad.rule());
    assertThat(finding.property()).isEqualTo(bad.property());
    assertThat(finding.problem()).contains(bad.says());
    assertThat(output).containsOnlyOnce("[" + bad.rule() + "] " + bad.property());
  }

  private static Finding only(Map<String, Object> settings) {
    Finding[] found = new Finding[1];
    Shop.with(settings)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              List<Finding> findings = Shop.findings(context);
              assertThat(findings).hasSize(1);
              found[0] = findings.get(0);
            });
    return found[0];
  }

  @Test
  void anApplicationWithoutSettingsHasNoFindings() {
    Shop.with(Map.of()).run(context -> assertThat(Shop.findings(context)).isEmpty());
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Empty {}

  @ParameterizedTest
  @ValueSource(strings = {"none", "kubernetes"})
  void anEmptyProjectHasNoFindings(String cloud) {
    new ApplicationContextRunner()
        .withUserConfiguration(Empty.class)
        .withPropertyValues("spring.main.cloud-platform=" + cloud)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(Shop.findings(context)).isEmpty();
            });
  }
}
