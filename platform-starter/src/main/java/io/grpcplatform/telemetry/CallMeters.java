package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all methods in one registry. A method's are made once and stay, whatever settings
 * say meanwhile, so that no count and no live stream is lost.
 *
 * <p>Threading: safe.
 */
final class CallMeters {

  // Weak both ways: the meters know their registry, and would keep it here.
  private static final Map<MeterRegistry, WeakReference<CallMeters>> MADE = new WeakHashMap<>();

  private final MeterRegistry registry;
  private final Map<Method, MethodMeters> methods = new ConcurrentHashMap<>();

  /** What meters are told apart by: not by channel, or there would be one set for each. */
  private record Method(Side side, String service, String method, MethodType type) {}

  private CallMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The only ones of that registry. */
  static CallMeters in(MeterRegistry registry) {
    synchronized (MADE) {
      WeakReference<CallMeters> made = MADE.get(registry);
      @Nullable CallMeters meters = made == null ? null : made.get();
      if (meters == null) {
        meters = new CallMeters(registry);
        MADE.put(registry, new WeakReference<>(meters));
      }
      return meters;
    }
  }

  MethodMeters of(Side side, CallKey key, MethodType type) {
    return methods.computeIfAbsent(
        new Method(side, key.service(), key.method(), type),
        absent -> new MethodMeters(this, registry, side, key, type));
  }
}
