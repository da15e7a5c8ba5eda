package io.grpcplatform.server;

import io.grpcplatform.MethodSettings;
import java.util.Map;

/**
 * What runs every handler of a server.
 *
 * @param standard where nothing else is said
 * @param methods by {@code pkg.Service/Method} or {@code pkg.Service/*}
 */
record ExecutorPlans(ExecutorPlan standard, Map<String, ExecutorPlan> methods) {

  private static final String METHODS = ServerProperties.PREFIX + ".executor.methods";

  ExecutorPlans {
    methods = Map.copyOf(methods);
    MethodSettings.check(METHODS, methods.keySet(), ".max-threads", "20");
  }

  /** Whether nothing ever leaves the event loop. */
  boolean direct() {
    return methods.isEmpty() && standard.type() == ExecutorPlan.Type.DIRECT;
  }
}
