package io.grpcplatform;

import io.grpc.MethodDescriptor;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The plans of a pipeline's methods, each made with the method's first call and again when settings
 * have changed.
 *
 * <p>Threading: safe; a lock is taken only where a plan has to be made.
 */
final class MethodPlans {

  /** Makes the plan of one method from what the features say now. */
  @FunctionalInterface
  interface Maker {
    MethodPlan make(MethodDescriptor<?, ?> method, int version);
  }

  private final Map<String, MethodPlan> plans = new ConcurrentHashMap<>();
  private final Map<String, MethodDescriptor<?, ?>> methods = new ConcurrentHashMap<>();
  private final LiveSettings settings;
  private final Maker maker;

  MethodPlans(LiveSettings settings, Maker maker) {
    this.settings = settings;
    this.maker = maker;
  }

  /** The plan that holds now. */
  MethodPlan of(MethodDescriptor<?, ?> method) {
    MethodPlan plan = plans.get(method.getFullMethodName());
    return plan == null || plan.version() != settings.version()
        ? settings.whole(() -> resolve(method))
        : plan;
  }

  private synchronized MethodPlan resolve(MethodDescriptor<?, ?> method) {
    // Read before the settings: a change meanwhile makes this plan stale, never falsely fresh.
    int version = settings.version();
    MethodPlan made = plans.get(method.getFullMethodName());
    if (made == null || made.version() != version) {
      made = maker.make(method, version);
      methods.put(method.getFullMethodName(), method);
      plans.put(method.getFullMethodName(), made);
    }
    return made;
  }

  /** Whether {@code plan} is made of what holds now. */
  boolean holds(MethodPlan plan) {
    return plan.version() == settings.version();
  }

  /** The plan that was last made for a method of that name; null where there was none. */
  @Nullable MethodPlan last(String fullMethodName) {
    return plans.get(fullMethodName);
  }

  /** Every method for which a plan was made. */
  Collection<MethodDescriptor<?, ?>> methods() {
    return methods.values();
  }

  /** Every plan that was made. */
  Collection<MethodPlan> all() {
    return plans.values();
  }
}
