package io.grpcplatform.composition.endings;

import java.util.ArrayList;
import java.util.List;

/** Settings by which the methods of every kind are attempted twice. */
final class RetrySettings {

  private RetrySettings() {}

  /**
   * The properties.
   *
   * @param budget how many calls may be in a retry
   */
  static String[] properties(String budget) {
    List<String> all = new ArrayList<>();
    for (String method : List.of("Unary", "ServerStream", "ClientStream", "Bidi")) {
      all.add(
          "platform.retry.methods.[platform.test.v1.EndingService/%s].max-attempts=2"
              .formatted(method));
    }
    all.add("platform.retry.initial-backoff=5ms");
    all.add("platform.retry.budget.percent=0");
    all.add("platform.retry.budget.min-concurrent=" + budget);
    return all.toArray(String[]::new);
  }
}
