package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.MessageWithheld;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which status a failed call of a handler leaves with, and with which trailers. */
final class SafeStatus {

  private static final Logger log = LoggerFactory.getLogger(SafeStatus.class);

  private final boolean debugInfo;
  private final RandomGenerator ids;
  private final Function<Throwable, ExceptionHandlerResolver.@Nullable Answer> advice;

  /**
   * Decides.
   *
   * @param ids names the failures of calls that are not traced; used by many threads
   * @param advice what the application says of an exception; null where it says nothing
   */
  SafeStatus(
      boolean debugInfo,
      RandomGenerator ids,
      Function<Throwable, ExceptionHandlerResolver.@Nullable Answer> advice) {
    this.debugInfo = debugInfo;
    this.ids = ids;
    this.advice = advice;
  }

  /**
   * The status to leave with. An exception that nobody turned into a status is logged here, once.
   *
   * @param trailers what leaves with it; changed where it must not leave
   * @param traceId the id to log and to answer, or null for one of our own
   */
  Status of(String method, Status status, Metadata trailers, @Nullable String traceId) {
    Throwable thrown = unmapped(status);
    if (thrown == null) {
      return chosen(status, trailers);
    }
    ExceptionHandlerResolver.Answer advised = advice.apply(thrown);
    if (advised != null) {
      return with(advised.status(), advised.trailers(), trailers);
    }
    Status own = Status.fromThrowable(thrown);
    if (own.isOk() || unmapped(own) != null) {
      String id = traceId == null ? HexFormat.of().toHexDigits(ids.nextLong()) : traceId;
      tell(method, id, thrown);
      return internal(thrown, id, trailers);
    }
    return with(own, Status.trailersFromThrowable(thrown), trailers);
  }

  private Status with(Status status, @Nullable Metadata carried, Metadata trailers) {
    if (carried != null) {
      trailers.merge(carried);
    }
    return chosen(status, trailers);
  }

  /**
   * The exception a call was closed with; null where the handler chose the status. A thrown
   * exception, and one passed to {@code onError}, comes as UNKNOWN with itself as the cause and no
   * description.
   */
  private static @Nullable Throwable unmapped(Status status) {
    return status.getCode() == Status.Code.UNKNOWN && status.getDescription() == null
        ? status.getCause()
        : null;
  }

  /** Messages quote secrets, so a log that everybody reads has none, unless the client has them. */
  private void tell(String method, String id, Throwable thrown) {
    log.error(
        "{} failed, answered INTERNAL with the id {}",
        method,
        id,
        debugInfo ? thrown : MessageWithheld.of(thrown));
    if (!debugInfo) {
      log.debug("{} failed with the id {}, and with these messages", method, id, thrown);
    }
  }

  private Status internal(Throwable thrown, String id, Metadata trailers) {
    String answer = "Internal error, id " + id;
    if (!debugInfo) {
      return Status.INTERNAL.withDescription(answer);
    }
    DebugDetails.add(thrown, trailers);
    return Status.INTERNAL.withDescription(
        ShortText.of(answer + ": " + thrown, ShortText.DESCRIPTION));
  }

  private Status chosen(Status status, Metadata trailers) {
    if (!DownstreamAnswer.marked(trailers)) {
      return status;
    }
    if (debugInfo) {
      DownstreamAnswer.unmark(trailers);
      return status;
    }
    return DownstreamAnswer.strip(status, trailers);
  }
}
