package io.grpcplatform.server;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpcplatform.ServerContributor;
import io.grpcplatform.ServerPipeline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;

/** The service beans of the application, each with its interceptors. */
final class ServedServices {

  private final List<Found> found;
  private final List<ServerInterceptor> contributed;

  private ServedServices(List<Found> found, List<ServerInterceptor> contributed) {
    this.found = found;
    this.contributed = contributed;
  }

  /** One service, and the user's own interceptors around it. */
  private record Found(
      ServerServiceDefinition service, List<ServerInterceptor> chain, boolean nonBlocking) {}

  /**
   * Looks for every service bean.
   *
   * @throws DuplicateServiceException if two beans serve one service
   */
  static ServedServices of(ListableBeanFactory beans) {
    ApplicationInterceptors interceptors = ApplicationInterceptors.of(beans);
    Map<String, String> owners = new LinkedHashMap<>();
    List<Found> found = new ArrayList<>();
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
      found.add(new Found(service, chain, own != null && own.nonBlocking()));
    }
    List<ServerInterceptor> contributed =
        beans
            .getBeanProvider(ServerContributor.class)
            .orderedStream()
            .map(ServerContributor::interceptor)
            .filter(Objects::nonNull)
            .toList();
    return new ServedServices(found, contributed);
  }

  /** The methods of every service bean, without a look at what is wrong with them. */
  static Collection<MethodDescriptor<?, ?>> methods(ListableBeanFactory beans) {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    beans
        .getBeanProvider(BindableService.class)
        .forEach(
            service -> methods.addAll(service.bindService().getServiceDescriptor().getMethods()));
    return methods;
  }

  private static String described(ListableBeanFactory beans, String name) {
    Class<?> type = beans.getType(name);
    return "'" + name + "'" + (type == null ? "" : " (" + type.getName() + ")");
  }

  /**
   * Binds every service to the pipeline, whose plans are made here: what they ask for, such as the
   * pool a method runs on, has to be known before.
   */
  List<ServerServiceDefinition> bind(ServerPipeline pipeline) {
    return found.stream()
        .map(each -> pipeline.bind(each.service(), each.chain()))
        .map(bound -> ServerInterceptors.interceptForward(bound, contributed))
        .toList();
  }

  /** The services whose handlers were declared to never block. */
  Set<String> nonBlocking() {
    return found.stream()
        .filter(Found::nonBlocking)
        .map(each -> each.service().getServiceDescriptor().getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The user's own interceptors around each service, by their classes, outermost first. */
  Map<String, List<String>> interceptors() {
    Map<String, List<String>> chains = new TreeMap<>();
    for (Found each : found) {
      chains.put(
          each.service().getServiceDescriptor().getName(),
          each.chain().stream().map(one -> one.getClass().getName()).toList());
    }
    return chains;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  Collection<MethodDescriptor<?, ?>> methods() {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    for (Found each : found) {
      for (ServerMethodDefinition<?, ?> method : each.service().getMethods()) {
        methods.add(method.getMethodDescriptor());
      }
    }
    return methods;
  }
}
