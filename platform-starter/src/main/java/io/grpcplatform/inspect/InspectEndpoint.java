package io.grpcplatform.inspect;

import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.lang.Nullable;

/**
 * {@code /actuator/grpc}: what goes on inside; and {@code /actuator/grpc/<where>} for a part of it.
 */
@Endpoint(id = "grpc")
final class InspectEndpoint {

  private final Inspection inspection;

  InspectEndpoint(Inspection inspection) {
    this.inspection = inspection;
  }

  @ReadOperation
  Map<String, Object> everything() {
    return inspection.everything();
  }

  /**
   * A part.
   *
   * @param where {@code pkg.Service}, {@code pkg.Service/Method}, or the way to a part of
   *     everything such as {@code channels/payment/state}
   * @return null, which is answered with 404, where there is nothing
   */
  @ReadOperation
  @Nullable
  Object part(@Selector(match = Match.ALL_REMAINING) String... where) {
    return inspection.part(List.of(where));
  }
}
