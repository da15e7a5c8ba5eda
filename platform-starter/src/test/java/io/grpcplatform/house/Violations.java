package io.grpcplatform.house;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** What a rule has to say about the fixtures that break it. */
final class Violations {

  private Violations() {}

  static List<String> of(ArchRule rule, String fixtures) {
    return rule.evaluate(House.fixtures(fixtures)).getFailureReport().getDetails();
  }
}
