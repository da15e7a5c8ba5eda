package io.grpcplatform.startup;

import io.grpcplatform.StartupCheck;
import io.grpcplatform.StartupCheck.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all checks find by the settings of this moment, without what was accepted; each finding is
 * logged once.
 *
 * <p>Threading: safe.
 */
final class StartupFindings {

  private static final Logger log = LoggerFactory.getLogger(StartupFindings.class);

  private final Supplier<List<StartupCheck>> checks;
  private final Set<String> accepted;
  private final Set<Finding> told = new HashSet<>();
  private List<Finding> last = List.of();

  StartupFindings(Supplier<List<StartupCheck>> checks, Collection<String> accepted) {
    this.checks = checks;
    this.accepted = Set.copyOf(accepted);
  }

  /** Asks every check, and logs what it has not said before. */
  synchronized List<Finding> look() {
    List<Finding> found = new ArrayList<>();
    for (StartupCheck check : checks.get()) {
      for (Finding finding : ask(check)) {
        if (!accepted.contains(finding.rule()) && !accepted.contains(finding.property())) {
          found.add(finding);
        }
      }
    }
    last = List.copyOf(found);
    for (Finding finding : last) {
      if (told.add(finding)) {
        log.warn(FindingText.of(finding));
      }
    }
    return last;
  }

  /** What was found when somebody last looked. */
  synchronized List<Finding> last() {
    return last;
  }

  private static List<Finding> ask(StartupCheck check) {
    try {
      return check.findings();
    } catch (RuntimeException failed) {
      log.warn("{} could not look at the settings", check.getClass().getName(), failed);
      return List.of();
    }
  }
}
