package io.grpcplatform;

import com.google.protobuf.DescriptorProtos.MethodOptions;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpcplatform.v1.Policy;
import io.grpcplatform.v1.PolicyProto;
import io.grpcplatform.v1.Priority;
import io.grpcplatform.v1.RetryPolicy;
import io.grpcplatform.v1.StreamPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the contract itself says of one method, by the method option {@code (platform.v1.policy)}; a
 * property says more. Null leaves a matter to the settings; a duration of zero is off.
 *
 * @param deadline of a unary call whose caller set none
 * @param retry how an idempotent method is tried again
 * @param priority {@code critical}, {@code default}, {@code sheddable} or {@code background}
 * @param stream limits of a streaming method
 */
public record MethodPolicy(
    @Nullable Duration deadline, Retry retry, @Nullable String priority, Stream stream) {

  private static final String OPTION = "option (platform.v1.policy) of ";

  /** A contract that says nothing. */
  public static final MethodPolicy NONE =
      new MethodPolicy(
          null, new Retry(null, null, null, null), null, new Stream(null, null, null, null));

  /**
   * How a method is tried again.
   *
   * @param maxAttempts the first included
   * @param initialBackoff before the second attempt
   * @param maxBackoff the longest
   * @param multiplier from one pause to the next
   */
  public record Retry(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialBackoff,
      @Nullable Duration maxBackoff,
      @Nullable Double multiplier) {}

  /**
   * Limits of a stream.
   *
   * @param openTimeout until the first headers or message
   * @param idleTimeout between messages
   * @param maxAge from start to end
   * @param messageTimeout from a request to its answer
   */
  public record Stream(
      @Nullable Duration openTimeout,
      @Nullable Duration idleTimeout,
      @Nullable Duration maxAge,
      @Nullable Duration messageTimeout) {}

  /**
   * Reads the contract; {@link #NONE} where the method was not made of a .proto or has no such
   * option.
   *
   * @throws SettingException if a duration is negative
   */
  public static MethodPolicy of(MethodDescriptor<?, ?> method) {
    if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier contract)) {
      return NONE;
    }
    MethodOptions options = contract.getMethodDescriptor().getOptions();
    return options.hasExtension(PolicyProto.policy)
        ? of(OPTION + method.getFullMethodName(), options.getExtension(PolicyProto.policy))
        : NONE;
  }

  private static MethodPolicy of(String option, Policy policy) {
    RetryPolicy retry = policy.getRetry();
    StreamPolicy stream = policy.getStream();
    return new MethodPolicy(
        duration(option, "deadline", policy.hasDeadline(), policy.getDeadline()),
        new Retry(
            retry.hasMaxAttempts() ? retry.getMaxAttempts() : null,
            duration(
                option,
                "retry.initial_backoff",
                retry.hasInitialBackoff(),
                retry.getInitialBackoff()),
            duration(option, "retry.max_backoff", retry.hasMaxBackoff(), retry.getMaxBackoff()),
            retry.hasMultiplier() ? retry.getMultiplier() : null),
        word(policy.getPriority()),
        new Stream(
            duration(
                option, "stream.open_timeout", stream.hasOpenTimeout(), stream.getOpenTimeout()),
            duration(
                option, "stream.idle_timeout", stream.hasIdleTimeout(), stream.getIdleTimeout()),
            duration(option, "stream.max_age", stream.hasMaxAge(), stream.getMaxAge()),
            duration(
                option,
                "stream.message_timeout",
                stream.hasMessageTimeout(),
                stream.getMessageTimeout())));
  }

  private static @Nullable String word(Priority priority) {
    return switch (priority) {
      case PRIORITY_CRITICAL -> "critical";
      case PRIORITY_DEFAULT -> "default";
      case PRIORITY_SHEDDABLE -> "sheddable";
      case PRIORITY_BACKGROUND -> "background";
      case PRIORITY_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static @Nullable Duration duration(
      String option, String field, boolean set, com.google.protobuf.Duration value) {
    if (!set) {
      return null;
    }
    Duration read = Duration.ofSeconds(value.getSeconds(), value.getNanos());
    if (read.isNegative()) {
      throw new SettingException(
          option + " " + field,
          value.getSeconds() + "s " + value.getNanos() + "ns",
          "zero for none, or a positive duration",
          "# in the contract: option (platform.v1.policy) = {" + field + ": {seconds: 2}};");
    }
    return read;
  }
}
