package io.grpcplatform.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A policy takes its time and its chance from outside, so that tests own both. */
class TimeAndChanceTest {

  private static final Map<String, Set<String>> SOURCES =
      Map.of(
          "java.lang.System", Set.of("nanoTime", "currentTimeMillis"),
          "java.lang.Math", Set.of("random"),
          "java.time.Instant", Set.of("now"),
          "java.time.LocalDateTime", Set.of("now"),
          "java.time.ZonedDateTime", Set.of("now"),
          "java.time.Clock", Set.of("systemUTC", "systemDefaultZone"),
          "java.util.Random", Set.of("<init>"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.util.concurrent.ThreadLocalRandom", Set.of("current"));

  static ArchRule policiesAskNoClock(String root, Set<String> excepted) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".*..")
        .and(
            DescribedPredicate.describe(
                "are policies",
                type ->
                    Kind.of(type) == Kind.POLICY && !excepted.contains(Kind.nameBelow(root, type))))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "reads a clock or draws a random number", TimeAndChanceTest::isSource));
  }

  private static boolean isSource(JavaAccess<?> access) {
    AccessTarget target = access.getTarget();
    return SOURCES.getOrDefault(target.getOwner().getName(), Set.of()).contains(target.getName());
  }

  @Test
  void policiesOfTheStarterAskNoClock() {
    policiesAskNoClock(House.PACKAGE, Exceptions.TIME.keySet()).check(House.starter());
  }

  @Test
  void everyExceptionIsStillNeeded() {
    KindsTest.assertNeeded(Exceptions.TIME, policiesAskNoClock(House.PACKAGE, Set.of()));
  }

  @Test
  void aPolicyThatAsksTheMachineIsFound() {
    assertThat(Violations.of(policiesAskNoClock(House.FIXTURES + ".time", Set.of()), "time"))
        .anySatisfy(found -> assertThat(found).contains("Impatience.late", "System.nanoTime"))
        .anySatisfy(found -> assertThat(found).contains("Impatience.late", "Instant.now"))
        .anySatisfy(found -> assertThat(found).contains("Impatience.chance", "ThreadLocalRandom"))
        .anySatisfy(found -> assertThat(found).contains("Impatience.chance", "java.util.Random"));
  }
}
