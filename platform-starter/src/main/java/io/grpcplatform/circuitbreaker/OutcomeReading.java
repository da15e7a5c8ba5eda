package io.grpcplatform.circuitbreaker;

import io.grpc.Deadline;
import io.grpcplatform.CallKey;
import io.grpcplatform.MessageWithheld;
import io.grpcplatform.Outcome;
import io.grpcplatform.Outcome.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the endings of one method's calls say: the users' classifiers first, then the table. */
final class OutcomeReading {

  private static final Logger log = LoggerFactory.getLogger(OutcomeReading.class);

  private final CallKey method;
  private final OutcomeTable table;
  private final List<OutcomeClassifier> classifiers;

  OutcomeReading(CallKey method, OutcomeTable table, List<OutcomeClassifier> classifiers) {
    this.method = method;
    this.table = table;
    this.classifiers = classifiers.stream().filter(each -> each.knows(method)).toList();
  }

  /** Whether anybody wants to see messages. */
  boolean classified() {
    return !classifiers.isEmpty();
  }

  /**
   * What an ending says.
   *
   * @param given the deadline the call was started with, or null
   * @param livedNanos how long the call took
   * @param message the last one received; null where there was none, or nobody wants to see it
   */
  Kind kindOf(
      Outcome outcome, @Nullable Deadline given, long livedNanos, @Nullable Object message) {
    if (!classifiers.isEmpty() && !OutcomeTable.platformDecided(outcome)) {
      Kind said = classified(outcome, message);
      if (said != null) {
        return said;
      }
    }
    return table.kindOf(outcome, given, livedNanos);
  }

  private @Nullable Kind classified(Outcome outcome, @Nullable Object message) {
    for (OutcomeClassifier classifier : classifiers) {
      try {
        Kind said = classifier.kindOf(method, outcome, message);
        if (said != null) {
          return said;
        }
      } catch (RuntimeException | Error failed) {
        // The permit must go back whatever a user's code does.
        log.error(
            "{} failed on a call of {}; the table decides",
            classifier.getClass().getName(),
            method.fullMethodName(),
            MessageWithheld.of(failed));
        log.debug("The failure of the classifier, with its messages", failed);
      }
    }
    return null;
  }
}
