package io.grpcplatform.startup;

import io.grpcplatform.StartupCheck.Finding;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/** Looks once every bean is made, before anything starts that takes calls. */
final class StartupLifecycle implements SmartLifecycle {

  private final StartupFindings findings;
  private final boolean failing;
  private volatile boolean running;

  StartupLifecycle(StartupFindings findings, boolean failing) {
    this.findings = findings;
    this.failing = failing;
  }

  @Override
  public void start() {
    List<Finding> found = findings.look();
    if (failing && !found.isEmpty()) {
      throw new FindingsException(found);
    }
    running = true;
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Before the servers, and before the channels of those that call at the start. */
  @Override
  public int getPhase() {
    return Integer.MIN_VALUE;
  }
}
