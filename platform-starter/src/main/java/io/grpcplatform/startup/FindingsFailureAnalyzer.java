package io.grpcplatform.startup;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why a start ended that was to end with findings. */
final class FindingsFailureAnalyzer extends AbstractFailureAnalyzer<FindingsException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, FindingsException cause) {
    return new FailureAnalysis(
        cause.getMessage() + " (platform.startup.fail-on-findings is true)",
        "The log above has each finding with the YAML that corrects it. Accept one by naming its rule"
            + " in platform.startup.ignore.",
        cause);
  }
}
