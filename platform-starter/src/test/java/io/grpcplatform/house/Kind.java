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
          // What a stage begins: one feature's part in one call.
          "Hook",
          "Contributor");

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

  static Kind of(JavaClass type) {
    JavaClass outermost = topLevel(type);
    String name = outermost.getSimpleName();
    if (outermost.isAnnotation() || EDGES.stream().anyMatch(name::endsWith)) {
      return EDGE;
    }
    return ADAPTERS.stream().anyMatch(name::endsWith) ? ADAPTER : POLICY;
  }

  static JavaClass topLevel(JavaClass type) {
    JavaClass outermost = type;
    while (outermost.getEnclosingClass().isPresent()) {
      outermost = outermost.getEnclosingClass().get();
    }
    return outermost;
  }
}
