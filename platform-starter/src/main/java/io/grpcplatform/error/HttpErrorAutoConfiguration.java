package io.grpcplatform.error;

import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * The same errors over HTTP: where a controller lets the failure of a gRPC call, or a declared
 * error, go by, it is answered as an {@link HttpError}. An application's own advice comes first.
 */
@AutoConfiguration(after = ErrorAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnClass(RestControllerAdvice.class)
@ConditionalOnBooleanProperty(name = "platform.error.enabled", matchIfMissing = true)
public final class HttpErrorAutoConfiguration {

  @Bean
  Answers platformHttpErrors(ObjectProvider<ErrorTexts> texts) {
    return new Answers(texts.getIfAvailable(() -> ErrorTexts.NONE));
  }

  /** Called by Spring MVC or WebFlux on the request's thread. */
  @RestControllerAdvice
  @Order(Ordered.LOWEST_PRECEDENCE)
  static final class Answers {

    private final ErrorTexts texts;

    Answers(ErrorTexts texts) {
      this.texts = texts;
    }

    @ExceptionHandler({StatusRuntimeException.class, StatusException.class})
    ResponseEntity<HttpError> answer(Exception failed, Locale language) {
      HttpError error = HttpError.of(failed);
      ResponseEntity.BodyBuilder answer = ResponseEntity.status(error.status());
      PlatformException declared = PlatformException.from(failed);
      String text = declared == null ? null : texts.text(declared, language.toLanguageTag());
      Duration wait = declared == null ? null : declared.retryAfter();
      if (wait != null) {
        long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds();
        answer.header(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
      }
      return answer.body(text == null ? error : error.saying(text));
    }
  }
}
