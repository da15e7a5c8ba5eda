package io.grpcplatform.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An edge may import Spring, an adapter gRPC, a policy neither; the name tells which one it is. */
class KindsTest {

  private static final String FIXTURE = House.FIXTURES + ".kinds";
  private static final String[] SPRING = {"org.springframework.."};
  private static final String[] GRPC = {"io.grpc.."};

  static ArchRule onlyEdgesImportSpring(String root, Set<String> excepted) {
    return noClasses()
        .that(belongTo(root, excepted, Kind.POLICY, Kind.ADAPTER))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SPRING);
  }

  static ArchRule policiesDoNotImportGrpc(String root, Set<String> excepted) {
    return noClasses()
        .that(belongTo(root, excepted, Kind.POLICY))
        .and()
        .resideOutsideOfPackage(root) // the vocabulary and the call machine speak gRPC
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(GRPC);
  }

  private static DescribedPredicate<JavaClass> belongTo(
      String root, Set<String> excepted, Kind... kinds) {
    return DescribedPredicate.describe(
        "are of kind " + Set.of(kinds),
        type ->
            Set.of(kinds).contains(Kind.of(type))
                && !excepted.contains(Kind.topLevel(type).getName().substring(root.length() + 1)));
  }

  @Test
  void onlyEdgesOfTheStarterImportSpring() {
    onlyEdgesImportSpring(House.PACKAGE, Exceptions.SPRING.keySet()).check(House.starter());
  }

  @Test
  void policiesOfTheStarterImportNoGrpc() {
    policiesDoNotImportGrpc(House.PACKAGE, Exceptions.GRPC.keySet()).check(House.starter());
  }

  @Test
  void everyExceptionIsStillNeeded() {
    assertNeeded(Exceptions.SPRING, onlyEdgesImportSpring(House.PACKAGE, Set.of()));
    assertNeeded(Exceptions.GRPC, policiesDoNotImportGrpc(House.PACKAGE, Set.of()));
  }

  private static void assertNeeded(Map<String, String> exceptions, ArchRule strict) {
    String violations =
        String.join("\n", strict.evaluate(House.starter()).getFailureReport().getDetails());
    assertThat(exceptions.keySet())
        .allSatisfy(name -> assertThat(violations).contains(House.PACKAGE + "." + name));
  }

  @Test
  void aPolicyThatImportsGrpcIsFound() {
    assertThat(Violations.of(policiesDoNotImportGrpc(FIXTURE, Set.of()), "kinds"))
        .anySatisfy(found -> assertThat(found).contains("alpha.Budget", "io.grpc.Status"))
        .noneSatisfy(
            found -> assertThat(found).contains("<" + FIXTURE + ".alpha.AlphaClientStage"));
  }

  @Test
  void anAdapterThatImportsSpringIsFound() {
    assertThat(Violations.of(onlyEdgesImportSpring(FIXTURE, Set.of()), "kinds"))
        .anySatisfy(found -> assertThat(found).contains("AlphaClientStage", "Environment"))
        .noneSatisfy(found -> assertThat(found).contains("<" + FIXTURE + ".alpha.AlphaProperties"));
  }
}
