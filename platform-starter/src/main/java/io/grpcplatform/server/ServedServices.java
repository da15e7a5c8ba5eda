package io.grpcplatform.server;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpcplatform.ServerPipeline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;

/** The service beans of the application, each bound once to the pipeline and its interceptors. */
final class ServedServices {

  private final List<ServerServiceDefinition> bound;
  private final Set<String> nonBlocking;

  private ServedServices(List<ServerServiceDefinition> bound, Set<String> nonBlocking) {
    this.bound = bound;
    this.nonBlocking = nonBlocking;
  }

  /**
   * Binds every service bean.
   *
   * @throws DuplicateServiceException if two beans serve one service
   */
  static ServedServices of(ListableBeanFactory beans, ServerPipeline pipeline) {
    ApplicationInterceptors interceptors = ApplicationInterceptors.of(beans);
    Map<String, String> owners = new LinkedHashMap<>();
    List<ServerServiceDefinition> bound = new ArrayList<>();
    Set<String> nonBlocking = new HashSet<>();
    for (String name : beans.getBeanNamesForType(BindableService.class)) {
      if (ScopedProxyUtils.isScopedTarget(name)) {
        continue;
      }
      ServerServiceDefinition service = beans.getBean(name, BindableService.class).bindService();
      String serviceName = service.getServiceDescriptor().getName();
      String other = owners.putIfAbsent(serviceName, name);
      if (other != null) {
        throw new DuplicateServiceException(
            serviceName, described(beans, other), described(beans, name));
      }
      GrpcService own = beans.findAnnotationOnBean(name, GrpcService.class);
      List<ServerInterceptor> chain =
          own == null ? interceptors.global() : interceptors.with(name, own.interceptors());
      bound.add(pipeline.bind(service, chain));
      if (own != null && own.nonBlocking()) {
        nonBlocking.add(serviceName);
      }
    }
    return new ServedServices(bound, Set.copyOf(nonBlocking));
  }

  private static String described(ListableBeanFactory beans, String name) {
    Class<?> type = beans.getType(name);
    return "'" + name + "'" + (type == null ? "" : " (" + type.getName() + ")");
  }

  List<ServerServiceDefinition> bound() {
    return bound;
  }

  /** The services whose handlers were declared to never block. */
  Set<String> nonBlocking() {
    return nonBlocking;
  }

  boolean isEmpty() {
    return bound.isEmpty();
  }

  Collection<MethodDescriptor<?, ?>> methods() {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    for (ServerServiceDefinition service : bound) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.add(method.getMethodDescriptor());
      }
    }
    return methods;
  }
}
