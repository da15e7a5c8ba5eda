package io.grpcplatform.server;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells a start that failed for two beans of one service what to do about it. */
final class DuplicateServiceFailureAnalyzer
    extends AbstractFailureAnalyzer<DuplicateServiceException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, DuplicateServiceException cause) {
    return new FailureAnalysis(
        cause.getMessage(),
        "Remove one of the two beans, or keep it from being a bean: a class marked @GrpcService is one"
            + " wherever the component scan finds it.",
        cause);
  }
}
