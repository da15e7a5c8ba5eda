package io.grpcplatform.error;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.LocalizedMessage;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A declared error as it travels: in the trailer {@code grpc-status-details-bin}, in the types of
 * {@code google.rpc}, so that any language reads it.
 *
 * @param domain whose error it is
 * @param code names it there
 * @param status what it is to gRPC
 * @param text what a person reads
 * @param values what it is about; sent to the client
 * @param retryAfter when trying again may help; null where nobody knows
 */
record ErrorAnswer(
    String domain,
    String code,
    Status.Code status,
    String text,
    Map<String, String> values,
    @Nullable Duration retryAfter) {

  private static final String LOCALE = "en";

  ErrorAnswer {
    values = Map.copyOf(values);
  }

  Status grpcStatus() {
    return Status.fromCode(status).withDescription(text);
  }

  /** New trailers that carry the error. */
  Metadata trailers() {
    com.google.rpc.Status.Builder details =
        com.google.rpc.Status.newBuilder()
            .setCode(status.value())
            .setMessage(text)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(domain)
                        .setReason(code)
                        .putAllMetadata(values)
                        .build()))
            // A service in between keeps the details and drops the message: these are its words.
            .addDetails(
                Any.pack(LocalizedMessage.newBuilder().setLocale(LOCALE).setMessage(text).build()));
    if (retryAfter != null) {
      details.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      com.google.protobuf.Duration.newBuilder()
                          .setSeconds(retryAfter.getSeconds())
                          .setNanos(retryAfter.getNano()))
                  .build()));
    }
    Metadata trailers = new Metadata();
    trailers.put(Refusal.DETAILS, details.build());
    return trailers;
  }

  /** The error that an answer carries; null where it carries none, or nothing readable. */
  static @Nullable ErrorAnswer of(Status status, @Nullable Metadata trailers) {
    try {
      com.google.rpc.Status details = trailers == null ? null : trailers.get(Refusal.DETAILS);
      ErrorInfo info = details == null ? null : find(details, ErrorInfo.class);
      return details == null || info == null ? null : read(status, details, info);
    } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
      // A peer's garbage in the details is no error of a contract.
      return null;
    }
  }

  /** Says it in another language; {@code trailers} carry an error. */
  static void say(String text, String language, Metadata trailers) {
    com.google.rpc.Status details = trailers.get(Refusal.DETAILS);
    if (details == null) {
      return;
    }
    com.google.rpc.Status.Builder said = details.toBuilder().clearDetails();
    details.getDetailsList().stream()
        .filter(detail -> !detail.is(LocalizedMessage.class))
        .forEach(said::addDetails);
    said.addDetails(
        Any.pack(LocalizedMessage.newBuilder().setLocale(language).setMessage(text).build()));
    trailers.discardAll(Refusal.DETAILS);
    trailers.put(Refusal.DETAILS, said.build());
  }

  private static ErrorAnswer read(Status status, com.google.rpc.Status details, ErrorInfo info)
      throws InvalidProtocolBufferException {
    LocalizedMessage words = find(details, LocalizedMessage.class);
    RetryInfo retry = find(details, RetryInfo.class);
    String described = status.getDescription() == null ? "" : status.getDescription();
    return new ErrorAnswer(
        info.getDomain(),
        info.getReason(),
        status.getCode(),
        words == null ? described : words.getMessage(),
        info.getMetadataMap(),
        retry == null
            ? null
            : Duration.ofSeconds(
                retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos()));
  }

  private static <T extends Message> @Nullable T find(com.google.rpc.Status details, Class<T> type)
      throws InvalidProtocolBufferException {
    for (Any detail : details.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    return null;
  }
}
