package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failed gRPC call as an HTTP answer tells it: the JSON object {@code {code, message, status,
 * details}}.
 *
 * @param code the declared error's, such as {@code SHOP_001}; else the name of the gRPC status
 * @param message what a person reads
 * @param status the HTTP status, by the table of {@code google.rpc.Code}
 * @param details the declared error's values; empty where there are none
 */
public record HttpError(String code, String message, int status, Map<String, String> details) {

  /** What became a failure without a status: nothing of it is told. */
  private static final String INTERNAL = "Internal error";

  /** Copies the details. */
  public HttpError {
    details = Map.copyOf(details);
  }

  /**
   * The answer for a failure: that of the declared error or the status which it, or one of its
   * causes, carries. What another service said about itself is left out, as on the way over gRPC.
   */
  public static HttpError of(Throwable failure) {
    PlatformException declared = PlatformException.from(failure);
    if (declared != null) {
      return new HttpError(
          declared.code(),
          declared.text(),
          statusOf(declared.getStatus().getCode()),
          declared.values());
    }
    Status status = Status.fromThrowable(failure);
    return new HttpError(
        status.getCode().name(),
        message(status, Status.trailersFromThrowable(failure)),
        statusOf(status.getCode()),
        Map.of());
  }

  /** The same in other words. */
  HttpError saying(String text) {
    return new HttpError(code, text, status, details);
  }

  private static String message(Status status, @Nullable Metadata trailers) {
    if (trailers != null && DownstreamAnswer.marked(trailers)) {
      return DownstreamAnswer.words(status);
    }
    String description = status.getDescription();
    if (description == null && statusOf(status.getCode()) != 500) {
      return status.getCode().name();
    }
    return description == null || status.getCode() == Status.Code.UNKNOWN ? INTERNAL : description;
  }

  private static int statusOf(Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
    };
  }
}
