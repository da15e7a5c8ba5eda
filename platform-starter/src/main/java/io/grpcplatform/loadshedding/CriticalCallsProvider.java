package io.grpcplatform.loadshedding;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.CriticalCalls;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells which calls are critical before any stage has seen them. Runs on the transport thread, for
 * calls that find their executor full.
 */
final class CriticalCallsProvider implements CriticalCalls {

  private final Live<LoadSheddingProperties> settings;

  /** What the contracts say, which never changes: refusing must not read them again each time. */
  private final Map<String, Optional<String>> contracts = new ConcurrentHashMap<>();

  CriticalCallsProvider(Live<LoadSheddingProperties> settings) {
    this.settings = settings;
  }

  @Override
  public boolean include(MethodDescriptor<?, ?> method, Metadata headers) {
    LoadSheddingProperties now = settings.get();
    if (!now.enabled()) {
      return false;
    }
    Priority own = Priority.of(headers.get(PriorityClientInterceptor.HEADER));
    return (own == null ? usual(now, method) : own) == Priority.CRITICAL;
  }

  private Priority usual(LoadSheddingProperties now, MethodDescriptor<?, ?> method) {
    Optional<String> contract =
        contracts.computeIfAbsent(
            method.getFullMethodName(),
            absent -> Optional.ofNullable(MethodPolicy.of(method).priority()));
    return now.priorityOf(CallKey.of("", method), contract.orElse(null));
  }
}
