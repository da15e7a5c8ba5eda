package io.grpcplatform.startup;

import io.grpcplatform.StartupCheck.Finding;
import java.util.List;
import java.util.stream.Collectors;

/** There are findings, and the start is not to go on with any. */
final class FindingsException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  FindingsException(List<Finding> findings) {
    super(
        findings.stream()
            .map(finding -> "[" + finding.rule() + "] " + finding.property())
            .collect(Collectors.joining(", ", "Findings stop the start: ", "")));
  }
}
