package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The feature with and without its properties. */
final class ErrorAutoConfigurationTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(ErrorAutoConfiguration.class));

  @Test
  void isOnByDefaultAndHidesEverything() {
    application.run(
        context -> {
          assertThat(context).hasSingleBean(ErrorServerStage.class);
          assertThat(context).hasSingleBean(ErrorClientStage.class);
          assertThat(context.getBean(ErrorProperties.class).debugInfo()).isFalse();
        });
  }

  @Test
  void isSwitchedOffByItsProperty() {
    application
        .withPropertyValues("platform.error.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(ErrorServerStage.class));
  }

  @Test
  void unknownPropertyFailsTheStart() {
    application
        .withPropertyValues("platform.error.debug-infos=true")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("platform.error.debug-infos"));
  }
}
