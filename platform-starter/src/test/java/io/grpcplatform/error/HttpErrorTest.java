package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.error.HttpErrorAutoConfiguration.Answers;
import io.grpcplatform.test.v1.ShopError;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.ResponseEntity;

/** The failures of gRPC calls as HTTP answers. */
final class HttpErrorTest {

  @Test
  void declaredErrorKeepsItsCodeAndValues() {
    PlatformException error =
        PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT).with("sku", "7").with("left", 0);

    assertThat(HttpError.of(new CompletionException(error)))
        .isEqualTo(
            new HttpError(
                "SHOP_001",
                "7 is sold out, 0 left of {unknown}",
                400,
                Map.of("sku", "7", "left", "0")));
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT,400",
    "FAILED_PRECONDITION,400",
    "OUT_OF_RANGE,400",
    "UNAUTHENTICATED,401",
    "PERMISSION_DENIED,403",
    "NOT_FOUND,404",
    "ALREADY_EXISTS,409",
    "ABORTED,409",
    "RESOURCE_EXHAUSTED,429",
    "CANCELLED,499",
    "UNKNOWN,500",
    "INTERNAL,500",
    "DATA_LOSS,500",
    "UNIMPLEMENTED,501",
    "UNAVAILABLE,503",
    "DEADLINE_EXCEEDED,504"
  })
  void statusHasTheStandardHttpStatus(Status.Code code, int http) {
    HttpError error = HttpError.of(Status.fromCode(code).asRuntimeException());

    assertThat(error.status()).isEqualTo(http);
    assertThat(error.code()).isEqualTo(code.name());
    assertThat(error.details()).isEmpty();
  }

  @Test
  void statusWithoutWordsIsNotCalledInternal() {
    assertThat(HttpError.of(Status.NOT_FOUND.asRuntimeException()).message())
        .isEqualTo("NOT_FOUND");
    assertThat(HttpError.of(Status.DATA_LOSS.asRuntimeException()).message())
        .isEqualTo("Internal error");
  }

  @Test
  void nothingOfAnUnexpectedExceptionIsTold() {
    assertThat(HttpError.of(new IllegalStateException("hunter2")))
        .isEqualTo(new HttpError("UNKNOWN", "Internal error", 500, Map.of()));
  }

  @Test
  void wordsOfAServiceFurtherDownAreNotTold() {
    Metadata received = new Metadata();
    DownstreamAnswer.mark(received);

    HttpError error =
        HttpError.of(Status.UNAVAILABLE.withDescription("10.0.0.7").asRuntimeException(received));

    assertThat(error.message()).isEqualTo("A service that this one calls answered UNAVAILABLE");
  }

  @Test
  void waitIsToldInWholeSecondsRoundedUp() {
    PlatformException error =
        PlatformException.of(ShopError.SHOP_ERROR_CLOSED).retryAfter(Duration.ofMillis(1050));

    ResponseEntity<HttpError> answer = new Answers(ErrorTexts.NONE).answer(error, Locale.GERMAN);

    assertThat(answer.getStatusCode().value()).isEqualTo(503);
    assertThat(answer.getHeaders().getFirst("Retry-After")).isEqualTo("2");
  }
}
