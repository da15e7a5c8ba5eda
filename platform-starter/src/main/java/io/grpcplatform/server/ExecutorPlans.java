package io.grpcplatform.server;

import io.grpcplatform.SettingException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What runs every handler of a server.
 *
 * @param standard where nothing else is said
 * @param methods by {@code pkg.Service/Method} or {@code pkg.Service/*}
 */
record ExecutorPlans(ExecutorPlan standard, Map<String, ExecutorPlan> methods) {

  private static final String METHODS = ServerProperties.PREFIX + ".executor.methods";
  private static final Pattern METHOD_KEY =
      Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/(\\*|[A-Za-z_]\\w*)");

  ExecutorPlans {
    methods = Map.copyOf(methods);
    for (String key : methods.keySet()) {
      if (!METHOD_KEY.matcher(key).matches()) {
        throw SettingException.instead(
            METHODS + "[" + key + "]",
            key,
            "a method \"[pkg.Service/Method]\" or a service \"[pkg.Service/*]\", with quotes and"
                + " brackets",
            METHODS + "[pkg.Service/Method].max-threads",
            "20");
      }
    }
  }

  /** Whether nothing ever leaves the event loop. */
  boolean direct() {
    return methods.isEmpty() && standard.type() == ExecutorPlan.Type.DIRECT;
  }
}
