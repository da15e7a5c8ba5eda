package io.grpcplatform;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
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
  private volatile boolean others;

  /** A stub of this service has been made. */
  public void add(ServiceDescriptor service) {
    services.putIfAbsent(service.getName(), service);
  }

  /** Those of this moment. */
  public Collection<ServiceDescriptor> all() {
    return Collections.unmodifiableCollection(services.values());
  }

  /** Their methods. */
  public List<MethodDescriptor<?, ?>> methods() {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    all().forEach(service -> methods.addAll(service.getMethods()));
    return methods;
  }

  /** A bare channel has been handed out, on which anything may be called. */
  public void addOthers() {
    others = true;
  }

  /** Whether services may be called that are not among these. */
  public boolean others() {
    return others;
  }
}
