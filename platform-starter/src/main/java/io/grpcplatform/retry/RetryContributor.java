package io.grpcplatform.retry;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.CalledServices;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.Live;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives each channel a service config with the methods to attempt again. A contract is known by the
 * application's stubs; one that appears after the channel was made waits for the next change of
 * settings.
 *
 * <p>Threading: safe; called on the thread of a channel's first call, and on those that change
 * settings.
 */
final class RetryContributor implements ChannelContributor {

  private final Live<RetryProperties> settings;
  private final HedgeDelays delays;
  private final CalledServices services;
  private final Map<String, Set<String>> methods = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> inForce = new ConcurrentHashMap<>();

  RetryContributor(Live<RetryProperties> settings, HedgeDelays delays, CalledServices services) {
    this.settings = settings;
    this.delays = delays;
    this.services = services;
  }

  @Override
  public Map<String, ?> serviceConfig(String channel) {
    RetryProperties now = settings.get();
    if (!now.enabled()) {
      methods.put(channel, Set.of());
      return Map.of();
    }
    Map<String, AttemptPolicy> known = known(channel, now);
    methods.put(channel, Set.copyOf(known.keySet()));
    return ServiceConfig.of(known, now.budget());
  }

  /** Asks again, for plans that are made before the channels do. */
  void settingsChanged() {
    methods.keySet().forEach(this::serviceConfig);
  }

  @Override
  public void goesBy(String channel, Map<String, ?> serviceConfig) {
    inForce.put(channel, ServiceConfig.methods(serviceConfig));
  }

  /** Whether the channel itself attempts that method again, whatever is set by now. */
  boolean attempts(String channel, String method) {
    return inForce.getOrDefault(channel, Set.of()).contains(method);
  }

  /** Whether the service config of the channel has that method. */
  boolean configured(String channel, String method) {
    return methods.getOrDefault(channel, Set.of()).contains(method);
  }

  /**
   * The policies of all methods that are known or named now.
   *
   * @throws io.grpcplatform.SettingException if a method is to be hedged whose contract forbids it,
   *     or if a contract says what cannot be used
   */
  Map<String, AttemptPolicy> known(String channel, RetryProperties properties) {
    RetryPolicies policies = new RetryPolicies(properties, delays);
    Map<String, AttemptPolicy> known = new TreeMap<>();
    for (String key : properties.methods().keySet()) {
      AttemptPolicy policy = key.endsWith("/*") ? null : policies.ofNamed(key);
      if (policy != null) {
        known.put(key, policy);
      }
    }
    for (ServiceDescriptor service : services.all()) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        AttemptPolicy policy = policies.of(CallKey.of(channel, method), method);
        if (policy != null) {
          known.put(method.getFullMethodName(), policy);
        }
      }
    }
    return known;
  }
}
