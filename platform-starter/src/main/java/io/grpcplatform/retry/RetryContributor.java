package io.grpcplatform.retry;

import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpcplatform.CalledServices;
import io.grpcplatform.ChannelContributor;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives each channel a service config with the methods to attempt again. A contract is known by the
 * application's stubs; one that appears after the channel was made comes too late for it.
 *
 * <p>Threading: safe; called on the thread of a channel's first call.
 */
final class RetryContributor implements ChannelContributor {

  private final RetryProperties properties;
  private final RetryPolicies policies;
  private final CalledServices services;
  private final Map<String, Set<String>> methods = new ConcurrentHashMap<>();

  RetryContributor(RetryProperties properties, RetryPolicies policies, CalledServices services) {
    this.properties = properties;
    this.policies = policies;
    this.services = services;
  }

  @Override
  public void contribute(String channel, ManagedChannelBuilder<?> builder) {
    Map<String, AttemptPolicy> known = known();
    methods.put(channel, Set.copyOf(known.keySet()));
    builder.defaultServiceConfig(ServiceConfig.of(known, properties.budget()));
  }

  /** Whether the service config of the channel has that method. */
  boolean configured(String channel, String method) {
    return methods.getOrDefault(channel, Set.of()).contains(method);
  }

  /**
   * The policies of all methods that are known or named now.
   *
   * @throws io.grpcplatform.SettingException if a method is to be hedged whose contract forbids it
   */
  Map<String, AttemptPolicy> known() {
    Map<String, AttemptPolicy> known = new TreeMap<>();
    for (String key : properties.methods().keySet()) {
      AttemptPolicy policy = key.endsWith("/*") ? null : policies.ofNamed(key);
      if (policy != null) {
        known.put(key, policy);
      }
    }
    for (ServiceDescriptor service : services.all()) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        AttemptPolicy policy = policies.of(method.getFullMethodName(), method.isIdempotent());
        if (policy != null) {
          known.put(method.getFullMethodName(), policy);
        }
      }
    }
    return known;
  }
}
