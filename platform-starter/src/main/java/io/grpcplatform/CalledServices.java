package io.grpcplatform;

import io.grpc.ServiceDescriptor;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The services that this application has stubs for, so that settings for their methods can be
 * checked. One that is only called through a bare channel is not among them.
 *
 * <p>Threading: safe.
 */
public final class CalledServices {

  private final Map<String, ServiceDescriptor> services = new ConcurrentHashMap<>();

  /** A stub of this service has been made. */
  public void add(ServiceDescriptor service) {
    services.putIfAbsent(service.getName(), service);
  }

  /** Those of this moment. */
  public Collection<ServiceDescriptor> all() {
    return Collections.unmodifiableCollection(services.values());
  }
}
