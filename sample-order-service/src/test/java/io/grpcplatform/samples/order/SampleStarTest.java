package io.grpcplatform.samples.order;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

/** The star: the domain is plain Java, the leaves know the domain and not each other. */
class SampleStarTest {
  private static final String ROOT = "io.grpcplatform.samples.order";

  private static final ArchRule PLAIN_DOMAIN =
      classes()
          .that()
          .resideInAPackage(ROOT)
          .and(not(type(OrderApplication.class)))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(ROOT, "java..", "org.jspecify..");

  private static final ArchRule NO_LEAF_KNOWS_ANOTHER =
      slices()
          .matching(ROOT + ".(grpc|storage|outbox|payment|telemetry|demo)..")
          .should()
          .notDependOnEachOther();

  private static final ArchRule GENERATED_ONLY_IN_ADAPTERS =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              ROOT + ".grpc..", ROOT + ".payment..", ROOT + ".demo..", "..v1..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..v1..");

  private final JavaClasses main =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages(ROOT);

  @Test
  void domainIsPlainJava() {
    PLAIN_DOMAIN.check(main);
  }

  @Test
  void leavesDoNotKnowEachOther() {
    NO_LEAF_KNOWS_ANOTHER.check(main);
  }

  @Test
  void generatedMessagesStayInTheAdapters() {
    GENERATED_ONLY_IN_ADAPTERS.check(main);
  }

  @Test
  void ruleSeesDomainClassThatImportsGrpc() {
    JavaClasses violating = new ClassFileImporter().importClasses(DomainThatKnowsGrpc.class);

    assertThat(PLAIN_DOMAIN.evaluate(violating).hasViolation()).isTrue();
  }

  /** Breaks the rule on purpose. */
  static final class DomainThatKnowsGrpc {
    final Status status = Status.OK;
  }
}
