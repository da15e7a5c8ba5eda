package io.grpcplatform.ratelimit;

import io.grpcplatform.CallKey;
import io.grpcplatform.OperatorServices;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one side by method, service and for all the rest. The nearest entry holds, alone.
 *
 * @param prefix the property above the entries
 * @param entries by {@code pkg.Service/Method}, {@code pkg.Service/*} or {@code *}; a null limit
 *     excepts what it names
 */
record MethodLimits(String prefix, Map<String, RateLimit> entries, Set<String> excepted) {

  /**
   * The limit of a method.
   *
   * @param entry the key under which it is set
   * @param property the property that sets the rate
   */
  record Found(String entry, RateLimit limit, String property) {}

  /** The limit that holds for a method; null where none does. */
  @Nullable Found of(CallKey key) {
    for (String entry : new String[] {key.fullMethodName(), key.service() + "/*", "*"}) {
      if (excepted.contains(entry)
          || (entry.equals("*") && OperatorServices.include(key.service()))) {
        return null;
      }
      RateLimit limit = entries.get(entry);
      if (limit != null) {
        return new Found(entry, limit, prefix + "[" + entry + "].rate");
      }
    }
    return null;
  }
}
