package io.grpcplatform.house;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** A feature imports the root package, never another feature; the root imports no feature. */
class StarTest {

  private static final String FIXTURE = House.FIXTURES + ".star";

  /** What is generated from the platform's own contracts: no feature, but data. */
  private static final String CONTRACTS = ".v1";

  static ArchRule featuresAreIndependent(String root) {
    return slices()
        .matching(root + ".(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(alwaysTrue(), resideInAPackage(root + CONTRACTS));
  }

  static ArchRule rootImportsNoFeature(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root)
        .should()
        .dependOnClassesThat(
            resideInAPackage(root + ".*..").and(not(resideInAPackage(root + CONTRACTS))));
  }

  static ArchRule packagesHaveNoCycle(String root) {
    String above = root.substring(0, root.lastIndexOf('.'));
    return slices().matching(above + ".(**)").should().beFreeOfCycles();
  }

  @Test
  void noFeatureImportsAnotherFeature() {
    featuresAreIndependent(House.PACKAGE).check(House.starter());
  }

  @Test
  void theRootPackageImportsNoFeature() {
    rootImportsNoFeature(House.PACKAGE).check(House.starter());
  }

  @Test
  void packagesDependOnEachOtherWithoutCycles() {
    packagesHaveNoCycle(House.PACKAGE).check(House.starter());
  }

  @Test
  void aFeatureThatImportsAnotherIsFound() {
    assertThat(Violations.of(featuresAreIndependent(FIXTURE), "star"))
        .anySatisfy(found -> assertThat(found).contains("alpha.Alpha", "beta.Beta"));
  }

  @Test
  void aRootThatImportsAFeatureIsFound() {
    assertThat(Violations.of(rootImportsNoFeature(FIXTURE), "star"))
        .anySatisfy(found -> assertThat(found).contains("star.Word", "alpha.Alpha"));
  }

  @Test
  void aCycleBetweenTwoPackagesIsFound() {
    assertThat(Violations.of(packagesHaveNoCycle(FIXTURE), "star"))
        .anySatisfy(found -> assertThat(found).contains("Cycle detected", "star.alpha"));
  }
}
