package io.grpcplatform.server;

import io.grpc.ServerInterceptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;

/**
 * The user's own interceptors, outermost first: the global ones in their order, then a service's
 * own.
 */
final class ApplicationInterceptors {

  private final ListableBeanFactory beans;
  private final List<ServerInterceptor> global;

  private ApplicationInterceptors(ListableBeanFactory beans, List<ServerInterceptor> global) {
    this.beans = beans;
    this.global = global;
  }

  static ApplicationInterceptors of(ListableBeanFactory beans) {
    Set<ServerInterceptor> marked = Collections.newSetFromMap(new IdentityHashMap<>());
    for (String name : beans.getBeanNamesForType(ServerInterceptor.class)) {
      if (beans.findAnnotationOnBean(name, GlobalServerInterceptor.class) != null) {
        marked.add(beans.getBean(name, ServerInterceptor.class));
      }
    }
    // The bean provider knows an @Order on a @Bean method, which the instance does not show.
    List<ServerInterceptor> global =
        beans
            .getBeanProvider(ServerInterceptor.class)
            .orderedStream()
            .filter(marked::contains)
            .toList();
    return new ApplicationInterceptors(beans, global);
  }

  List<ServerInterceptor> global() {
    return global;
  }

  /** The global interceptors and inside them those of the service bean {@code service}. */
  List<ServerInterceptor> with(String service, Class<? extends ServerInterceptor>[] own) {
    List<ServerInterceptor> chain = new ArrayList<>(global);
    for (Class<? extends ServerInterceptor> type : own) {
      ServerInterceptor interceptor = bean(service, type);
      if (!global.contains(interceptor)) {
        chain.add(interceptor);
      }
    }
    return chain;
  }

  private ServerInterceptor bean(String service, Class<? extends ServerInterceptor> type) {
    try {
      return beans.getBean(type);
    } catch (NoSuchBeanDefinitionException absent) {
      throw new InterceptorException(service, type, beans.getBeanNamesForType(type).length, absent);
    }
  }
}
