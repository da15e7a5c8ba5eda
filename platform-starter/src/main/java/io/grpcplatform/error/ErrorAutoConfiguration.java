package io.grpcplatform.error;

import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;

/** Failures that are safe to send. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "platform.error.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ErrorProperties.class)
public final class ErrorAutoConfiguration {

  @Bean
  AdviceBeans platformAdviceBeans(ListableBeanFactory beans) {
    return new AdviceBeans(beans);
  }

  @Bean
  ErrorTexts platformErrorTexts(ErrorProperties properties, MessageSource messages) {
    // Without arguments the source leaves {name} as it is.
    return new ErrorTexts(
        properties.languages(), (key, language) -> messages.getMessage(key, null, null, language));
  }

  @Bean
  ErrorServerStage platformErrorServerStage(
      ErrorProperties properties, AdviceBeans advice, ErrorTexts texts) {
    return new ErrorServerStage(
        new SafeStatus(
            properties.debugInfo(), () -> ThreadLocalRandom.current().nextLong(), advice::answer),
        texts);
  }

  @Bean
  ErrorSection platformErrorSection(ErrorProperties properties) {
    return new ErrorSection(properties);
  }

  @Bean
  ErrorClientStage platformErrorClientStage() {
    return new ErrorClientStage();
  }
}
