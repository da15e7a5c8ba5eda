package io.grpcplatform.error;

import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
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

  /**
   * Called by Spring MVC or WebFlux on the request's thread. A bean by its annotation, as a member
   * of a configuration.
   */
  @RestControllerAdvice
  @Order(Ordered.LOWEST_PRECEDENCE)
  static final class Answers {

    private final ErrorTexts texts;

    @Autowired
    Answers(ObjectProvider<ErrorTexts> texts) {
      this(texts.getIfAvailable(() -> ErrorTexts.NONE));
    }

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
