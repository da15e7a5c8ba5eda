package io.grpcplatform.startup;

import io.grpcplatform.StageException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells a start that failed for two claims to one stage what to do instead. */
final class StageFailureAnalyzer extends AbstractFailureAnalyzer<StageException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, StageException cause) {
    return new FailureAnalysis(
        cause.getMessage(),
        "The stages are the platform's own. Make yours an interceptor, which runs in the stage"
            + " APPLICATION: a ServerInterceptor bean annotated @GlobalServerInterceptor, or a"
            + " ClientInterceptor bean annotated @GlobalClientInterceptor.",
        cause);
  }
}
