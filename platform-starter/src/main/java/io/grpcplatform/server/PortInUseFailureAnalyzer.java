package io.grpcplatform.server;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells a start that failed for its port how to find who has it, and how to take another. */
@Order(Ordered.HIGHEST_PRECEDENCE + 3)
final class PortInUseFailureAnalyzer extends AbstractFailureAnalyzer<PortInUseException> {

  /** Below it only privileged processes may listen. */
  private static final int FIRST_FREE = 1024;

  @Override
  protected FailureAnalysis analyze(Throwable failure, PortInUseException cause) {
    int port = cause.port();
    String who =
        port < FIRST_FREE
            ? "Ports below 1024 are for privileged processes."
            : "Another process listens there, or another server of this one (server.port and"
                + " management.server.port are Spring's own). Who it is tells, on Linux\n\n"
                + "    ss -ltnp 'sport = :"
                + port
                + "'\n\nand on macOS\n\n    lsof -nP -iTCP:"
                + port
                + " -sTCP:LISTEN";
    return new FailureAnalysis(
        cause.getMessage(),
        who
            + "\n\nStop it, or take another port; 0 picks a free one:\n\n"
            + "    platform:\n      server:\n        port: "
            + (port < FIRST_FREE ? 9090 : 0),
        cause);
  }
}
