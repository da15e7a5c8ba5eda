package io.grpcplatform.validation;

import build.buf.protovalidate.Validator;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Requests that keep the rules of their contract, where protovalidate is there. A bean of type
 * {@link Validator} replaces the standard one.
 */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnClass(Validator.class)
@EnableConfigurationProperties(ValidationProperties.class)
public final class ValidationAutoConfiguration {

  @Bean
  Live<ValidationProperties> platformValidationSettings(
      ValidationProperties start, LiveSettings settings) {
    return settings.add(ValidationProperties.class, start);
  }

  @Bean
  ValidationServerStage platformValidationServerStage(
      Live<ValidationProperties> settings, ObjectProvider<Validator> own) {
    Validator validator = own.getIfUnique();
    return new ValidationServerStage(
        settings,
        validator == null ? RequestRules::standard : () -> new RequestRules(validator, validator));
  }

  @Bean
  ValidationSection platformValidationSection(
      Live<ValidationProperties> settings, ValidationServerStage stage) {
    return new ValidationSection(settings, stage);
  }
}
