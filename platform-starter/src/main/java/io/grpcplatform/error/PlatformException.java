package io.grpcplatform.error;

import com.google.protobuf.ProtocolMessageEnum;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error that a contract declares, on both sides of the wire.
 *
 * <p>A handler throws it, or passes it to {@code onError}; any client sees its status and, in the
 * standard {@code google.rpc.ErrorInfo}, its domain, code and values. A client in Java reads it
 * back with {@link #from}, over any number of services in between.
 *
 * <p>It is a {@link StatusRuntimeException}, so that also a server without the starter answers it
 * rightly. Immutable, but for what Java lets everybody change on an exception; each change gives a
 * new one with the same stack trace.
 */
public final class PlatformException extends StatusRuntimeException {

  /** The domain of the platform's own refusals. */
  static final String PLATFORM = "platform";

  private static final long serialVersionUID = 1L;

  private static final int VALUE_BYTES = 512;
  private static final int VALUES_BYTES = 2048;

  /** What a value costs beside itself. */
  private static final int ENTRY_BYTES = 8;

  private final transient ErrorAnswer answer;
  private final transient DeclaredErrors.@Nullable Declared declared;

  private PlatformException(
      ErrorAnswer answer,
      DeclaredErrors.@Nullable Declared declared,
      @Nullable Throwable cause,
      Metadata trailers) {
    super(answer.grpcStatus().withCause(cause), trailers);
    this.answer = answer;
    this.declared = declared;
  }

  /**
   * An error of a contract.
   *
   * @param error a value of a generated enum with the option {@code (platform.v1.error)}
   * @throws IllegalArgumentException if the value has no such option, or its code has a wrong form
   */
  public static PlatformException of(ProtocolMessageEnum error) {
    return of(error, null);
  }

  /**
   * An error of a contract, with what led to it.
   *
   * @param cause stays in this process
   */
  public static PlatformException of(ProtocolMessageEnum error, @Nullable Throwable cause) {
    DeclaredErrors.Declared declared = DeclaredErrors.of(error);
    return made(declared, Map.of(), null, cause);
  }

  private static PlatformException made(
      DeclaredErrors.Declared declared,
      Map<String, String> values,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    ErrorAnswer answer =
        new ErrorAnswer(
            declared.domain(),
            declared.code(),
            declared.status(),
            declared.text(values),
            values,
            retryAfter);
    return new PlatformException(answer, declared, cause, answer.trailers());
  }

  /**
   * The same error with a value more: it is sent to the client, and stands in the text where that
   * says {@code {name}}. A value of more than 512 bytes is cut, and one with which all of them
   * would be more than 2 KB is left out: a client accepts no more.
   *
   * @throws IllegalStateException if the error came from another service
   */
  public PlatformException with(String name, Object value) {
    Map<String, String> values = new LinkedHashMap<>(answer.values());
    values.put(name, ShortText.of(String.valueOf(value), VALUE_BYTES));
    return changed(bytes(values) > VALUES_BYTES ? answer.values() : values, answer.retryAfter());
  }

  private static int bytes(Map<String, String> values) {
    int bytes = 0;
    for (Map.Entry<String, String> value : values.entrySet()) {
      bytes += ENTRY_BYTES + ShortText.bytes(value.getKey()) + ShortText.bytes(value.getValue());
    }
    return bytes;
  }

  /**
   * The same error, telling the client when trying again may help.
   *
   * @throws IllegalStateException if the error came from another service
   */
  public PlatformException retryAfter(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay: " + delay + " (expected: zero or more)");
    }
    return changed(answer.values(), delay);
  }

  private PlatformException changed(Map<String, String> values, @Nullable Duration retryAfter) {
    if (declared == null) {
      throw new IllegalStateException(
          "This error is another service's answer (expected: PlatformException.of an error of this"
              + " service's own contract)");
    }
    PlatformException changed = made(declared, values, retryAfter, getCause());
    changed.setStackTrace(getStackTrace());
    return changed;
  }

  /**
   * The declared error that a call failed with, if it did: {@code failure} or one of its causes.
   *
   * @return null where the failure carries no {@code google.rpc.ErrorInfo}; one that a platform
   *     itself has refused the call with is not a contract's error
   */
  public static @Nullable PlatformException from(Throwable failure) {
    int depth = 0;
    for (Throwable cause = failure; cause != null && depth < 16; cause = cause.getCause()) {
      PlatformException found = carriedBy(cause);
      if (found != null) {
        return found;
      }
      depth++;
    }
    return null;
  }

  private static @Nullable PlatformException carriedBy(Throwable cause) {
    if (cause instanceof PlatformException already) {
      return already;
    }
    if (cause instanceof StatusRuntimeException failed) {
      return of(failed.getStatus(), failed.getTrailers());
    }
    return cause instanceof StatusException failed
        ? of(failed.getStatus(), failed.getTrailers())
        : null;
  }

  private static @Nullable PlatformException of(Status status, @Nullable Metadata trailers) {
    ErrorAnswer answer = ErrorAnswer.of(status, trailers);
    return answer == null || trailers == null || answer.domain().equals(PLATFORM)
        ? null
        : new PlatformException(answer, null, null, trailers);
  }

  /** Whether it is that error, also where it came over the wire. */
  public boolean is(ProtocolMessageEnum error) {
    DeclaredErrors.Declared asked = DeclaredErrors.of(error);
    return asked.domain().equals(domain()) && asked.code().equals(code());
  }

  /** Whose error it is: the package of the enum that declares it. */
  public String domain() {
    return answer.domain();
  }

  /** Names the error within its domain, such as {@code SHOP_001}. */
  public String code() {
    return answer.code();
  }

  /** What a person reads, its values in place. */
  public String text() {
    return answer.text();
  }

  /** What the error is about, by name. */
  public Map<String, String> values() {
    return answer.values();
  }

  /** When trying again may help; null where nobody has said so. */
  public @Nullable Duration retryAfter() {
    return answer.retryAfter();
  }
}
