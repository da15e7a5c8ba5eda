package io.grpcplatform.house;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;

/** The three kinds of class, told apart by suffix; a nested class is of its outermost's kind. */
enum Kind {
  /** Plain Java: decides. */
  POLICY,
  /** Meets gRPC: lets a policy decide about a call. */
  ADAPTER,
  /** Meets Spring: composes, configures, shows. Annotations for users are edges too. */
  EDGE;

  private static final List<String> ADAPTERS =
      List.of(
          "Stage",
          "Interceptor",
          "Resolver",
          "Provider",
          "Balancer",
          "Credentials",
          "Tracer",
          "Pipeline",
          "Customizer");

  /** Whoever implements one of these meets gRPC, whatever its name. */
  private static final List<String> ADAPTER_TYPES =
      List.of(
          "io.grpcplatform.CallHook",
          "io.grpcplatform.StagePlan",
          "io.grpcplatform.ClientFeature",
          "io.grpcplatform.ServerFeature",
          "io.grpcplatform.ChannelContributor",
          "io.grpcplatform.ServerContributor",
          "io.grpc.Channel",
          "io.grpc.NameResolver",
          "io.grpc.StatusRuntimeException");

  private static final List<String> EDGES =
      List.of(
          "AutoConfiguration",
          "Properties",
          "Endpoint",
          "Lifecycle",
          "FailureAnalyzer",
          "PostProcessor",
          "Condition",
          "HealthIndicator",
          "HealthContributor");

  /** Whoever implements one of Spring's types is called by Spring, whatever its name. */
  private static final String EDGE_TYPES = "org.springframework.";

  static Kind of(JavaClass type) {
    JavaClass outermost = topLevel(type);
    String name = outermost.getSimpleName();
    boolean edge =
        outermost.isAnnotation()
            || EDGES.stream().anyMatch(name::endsWith)
            || outermost.getAllRawInterfaces().stream()
                .anyMatch(implemented -> implemented.getName().startsWith(EDGE_TYPES));
    if (edge) {
      return EDGE;
    }
    boolean adapter =
        ADAPTERS.stream().anyMatch(name::endsWith)
            || ADAPTER_TYPES.stream().anyMatch(outermost::isAssignableTo);
    return adapter ? ADAPTER : POLICY;
  }

  /** The outermost class's name without the root package, as exceptions are listed. */
  static String nameBelow(String root, JavaClass type) {
    return topLevel(type).getName().substring(root.length() + 1);
  }

  static JavaClass topLevel(JavaClass type) {
    JavaClass outermost = type;
    while (outermost.getEnclosingClass().isPresent()) {
      outermost = outermost.getEnclosingClass().get();
    }
    return outermost;
  }
}
