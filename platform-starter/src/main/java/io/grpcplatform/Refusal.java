package io.grpcplatform;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why the platform itself refused or ended a call. It has no stack trace: a refusal must cost
 * little.
 *
 * <p>On the wire it is its reason's status code, this message, and a {@code google.rpc.ErrorInfo}
 * with the domain {@value #DOMAIN}; where waiting helps also a {@code google.rpc.RetryInfo} and the
 * trailer {@code grpc-retry-pushback-ms}, which is -1 where a retry cannot help.
 */
public final class Refusal extends Exception {

  /** The domain of the {@code ErrorInfo} that each refusal carries. */
  public static final String DOMAIN = "platform";

  private static final long serialVersionUID = 1L;

  /** The trailer in which gRPC carries a status with details, whoever made it. */
  public static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  /** The closed list of reasons; the contract is {@code platform.v1.RefusalReason}. */
  public enum Reason {
    DEADLINE_TOO_SHORT(Status.Code.DEADLINE_EXCEEDED, false),
    EXPIRED_IN_QUEUE(Status.Code.DEADLINE_EXCEEDED, false),
    OPEN_TIMEOUT(Status.Code.DEADLINE_EXCEEDED, true),
    STREAM_IDLE(Status.Code.DEADLINE_EXCEEDED, true),
    STREAM_MAX_AGE(Status.Code.UNAVAILABLE, true),
    CIRCUIT_OPEN(Status.Code.UNAVAILABLE, true),
    RATE_LIMITED(Status.Code.RESOURCE_EXHAUSTED, true),
    BULKHEAD_FULL(Status.Code.RESOURCE_EXHAUSTED, true),
    OVERLOADED(Status.Code.UNAVAILABLE, true),
    DRAINING(Status.Code.UNAVAILABLE, true),
    RETRY_BUDGET_EXHAUSTED(Status.Code.UNAVAILABLE, false);

    private final Status.Code code;
    private final boolean retryHelps;

    Reason(Status.Code code, boolean retryHelps) {
      this.code = code;
      this.retryHelps = retryHelps;
    }

    /** The status code that a call refused for this reason ends with. */
    public Status.Code code() {
      return code;
    }

    /**
     * Whether the same call may succeed when it is tried again, here later or at once elsewhere.
     */
    public boolean retryHelps() {
      return retryHelps;
    }
  }

  private final Reason reason;
  private final @Nullable Duration retryAfter;
  private final transient @Nullable LocalAnswer answer;

  /**
   * A refusal.
   *
   * @param message what was seen, what was allowed and which property decides
   * @param retryAfter how long waiting helps, or null where no time can be named
   */
  public Refusal(Reason reason, String message, @Nullable Duration retryAfter) {
    this(reason, message, retryAfter, null);
  }

  private Refusal(
      Reason reason,
      @Nullable String message,
      @Nullable Duration retryAfter,
      @Nullable LocalAnswer answer) {
    super(message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.answer = answer;
  }

  /**
   * This refusal with an answer for the caller in its place. Only a client's unary call is
   * answered; every other call is refused all the same.
   */
  public Refusal answeredBy(LocalAnswer inPlace) {
    return new Refusal(reason, getMessage(), retryAfter, inPlace);
  }

  @Nullable LocalAnswer answer() {
    return answer;
  }

  public Reason reason() {
    return reason;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** The status a refused call ends with. */
  public Status status() {
    return Status.fromCode(reason.code()).withDescription(getMessage());
  }

  /**
   * New trailers that carry the reason; built at each call, so a refusal that nobody sends costs
   * none.
   */
  public Metadata trailers() {
    var details =
        com.google.rpc.Status.newBuilder()
            .setCode(reason.code().value())
            .setMessage(String.valueOf(getMessage()))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason.name()).build()));
    Metadata trailers = new Metadata();
    if (retryAfter != null) {
      details.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      com.google.protobuf.Duration.newBuilder()
                          .setSeconds(retryAfter.getSeconds())
                          .setNanos(retryAfter.getNano()))
                  .build()));
      trailers.put(PUSHBACK, Long.toString(Math.max(0, retryAfter.toMillis())));
    } else if (!reason.retryHelps()) {
      trailers.put(PUSHBACK, "-1");
    }
    trailers.put(DETAILS, details.build());
    return trailers;
  }

  /** The reason that trailers from anywhere carry, or null where no platform refused. */
  public static @Nullable Reason reasonOf(Metadata trailers) {
    if (!trailers.containsKey(DETAILS)) {
      return null;
    }
    try {
      com.google.rpc.Status details = trailers.get(DETAILS);
      if (details == null) {
        return null;
      }
      for (Any detail : details.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          return DOMAIN.equals(info.getDomain()) ? byName(info.getReason()) : null;
        }
      }
      return null;
    } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
      // A peer's garbage in the details is no refusal of ours.
      return null;
    }
  }

  private static @Nullable Reason byName(String name) {
    for (Reason reason : Reason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return null;
  }
}
