package io.grpcplatform.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * An edge may import Spring, an adapter gRPC, a policy neither; its name, or the type it
 * implements, tells which one a class is.
 */
class KindsTest {

  private static final String FIXTURE = House.FIXTURES + ".kinds";

  /** Data that the root's own words carry, such as an outcome's status. */
  private static final Set<String> GRPC_VALUES =
      Set.of(
          "io.grpc.Status",
          "io.grpc.Status$Code",
          "io.grpc.Deadline",
          "io.grpc.Metadata",
          "io.grpc.Metadata$Key",
          "io.grpc.Metadata$AsciiMarshaller",
          "io.grpc.protobuf.ProtoUtils", // makes keys of metadata
          "io.grpc.MethodDescriptor",
          "io.grpc.MethodDescriptor$MethodType");

  /** Sizes carry their unit as durations do; {@code java.time} has no such type. */
  private static final String SPRING_VALUE = "org.springframework.util.unit.DataSize";

  static ArchRule onlyEdgesImportSpring(String root, Set<String> excepted) {
    return noClasses()
        .that(belongTo(root, excepted, Kind.POLICY, Kind.ADAPTER))
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are Spring's, values excepted",
                type ->
                    type.getName().startsWith("org.springframework.")
                        && !type.getName().equals(SPRING_VALUE)));
  }

  static ArchRule policiesDoNotImportGrpc(String root, Set<String> excepted) {
    return noClasses()
        .that(belongTo(root, excepted, Kind.POLICY))
        .and()
        .resideOutsideOfPackage(root) // the vocabulary and the call machine speak gRPC
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are gRPC's, values excepted",
                type ->
                    type.getBaseComponentType().getName().startsWith("io.grpc.")
                        && !GRPC_VALUES.contains(type.getBaseComponentType().getName())));
  }

  private static DescribedPredicate<JavaClass> belongTo(
      String root, Set<String> excepted, Kind... kinds) {
    return DescribedPredicate.describe(
        "are of kind " + Set.of(kinds),
        type ->
            Set.of(kinds).contains(Kind.of(type))
                && !excepted.contains(Kind.nameBelow(root, type)));
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

  static void assertNeeded(Map<String, String> exceptions, ArchRule strict) {
    String violations =
        String.join("\n", strict.evaluate(House.starter()).getFailureReport().getDetails());
    assertThat(exceptions.keySet())
        .allSatisfy(name -> assertThat(violations).contains(House.PACKAGE + "." + name));
  }

  @Test
  void aPolicyThatImportsGrpcIsFound() {
    assertThat(Violations.of(policiesDoNotImportGrpc(FIXTURE, Set.of()), "kinds"))
        .anySatisfy(found -> assertThat(found).contains("alpha.Budget", "io.grpc.ManagedChannel"))
        .noneSatisfy(found -> assertThat(found).contains("<io.grpc.Status"))
        .noneSatisfy(found -> assertThat(found).contains("<" + FIXTURE + ".alpha.AlphaClientStage"))
        .noneSatisfy(found -> assertThat(found).contains("<" + FIXTURE + ".alpha.Permit"));
  }

  @Test
  void anAdapterThatImportsSpringIsFound() {
    assertThat(Violations.of(onlyEdgesImportSpring(FIXTURE, Set.of()), "kinds"))
        .anySatisfy(found -> assertThat(found).contains("AlphaClientStage", "Environment"))
        .noneSatisfy(found -> assertThat(found).contains("<" + FIXTURE + ".alpha.AlphaProperties"));
  }
}
