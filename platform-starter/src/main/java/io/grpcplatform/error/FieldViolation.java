package io.grpcplatform.error;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was wrong with one field of a request, as the service that refused it says.
 *
 * @param field the path to it, such as {@code extras[1].code}; empty for the request as a whole
 * @param rule the rule that it breaks, such as {@code string.min_len}; may be empty
 * @param text what a person reads
 */
public record FieldViolation(String field, String rule, String text) {

  /**
   * The violations that a call failed with: those in the {@code google.rpc.BadRequest} of {@code
   * failure}, or of the first of its causes that has one.
   *
   * @return empty where there are none
   */
  public static List<FieldViolation> of(Throwable failure) {
    int depth = 0;
    for (Throwable cause = failure; cause != null && depth < 16; cause = cause.getCause()) {
      List<FieldViolation> found = of(Status.trailersFromThrowable(cause));
      if (!found.isEmpty()) {
        return found;
      }
      depth++;
    }
    return List.of();
  }

  private static List<FieldViolation> of(@Nullable Metadata trailers) {
    List<FieldViolation> violations = new ArrayList<>();
    try {
      com.google.rpc.Status details = trailers == null ? null : trailers.get(Refusal.DETAILS);
      for (Any detail : details == null ? List.<Any>of() : details.getDetailsList()) {
        if (detail.is(BadRequest.class)) {
          for (BadRequest.FieldViolation each :
              detail.unpack(BadRequest.class).getFieldViolationsList()) {
            violations.add(
                new FieldViolation(each.getField(), each.getReason(), each.getDescription()));
          }
        }
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
      // A peer's garbage names no field.
      return List.of();
    }
    return List.copyOf(violations);
  }
}
