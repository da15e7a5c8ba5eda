package io.grpcplatform.server;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Names the service, which Spring Boot's own word about a missing bean would not. */
@Order(Ordered.HIGHEST_PRECEDENCE + 5)
final class InterceptorFailureAnalyzer extends AbstractFailureAnalyzer<InterceptorException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, InterceptorException cause) {
    return new FailureAnalysis(
        cause.getMessage(),
        "Make exactly one bean of "
            + cause.type().getSimpleName()
            + ", with @Component on the class or a @Bean method, or take it out of"
            + " @GrpcService(interceptors = ...).",
        cause);
  }
}
