package io.grpcplatform.live;

import io.grpcplatform.SettingException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells whoever starts the application what is wrong with a setting, and what to paste. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<SettingException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, SettingException wrong) {
    return analysis(wrong, failure);
  }

  static FailureAnalysis analysis(SettingException wrong, Throwable failure) {
    return new FailureAnalysis(
        "A setting cannot be used:\n\n    " + wrong.getMessage(),
        "Set, for example:\n\n" + wrong.yaml().stripTrailing().indent(4).stripTrailing(),
        failure);
  }
}
