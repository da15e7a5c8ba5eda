package io.grpcplatform.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration composes: final, by constructor, and optional libraries behind a class. */
class WiringTest {

  static ArchRule noFieldIsInjected() {
    return noFields().should().beAnnotatedWith(Autowired.class);
  }

  static ArchRule noMethodIsInjected() {
    return noMethods().should().beAnnotatedWith(Autowired.class);
  }

  static ArchRule noBeanMethodHasAClassCondition() {
    return noMethods()
        .that()
        .areAnnotatedWith(Bean.class)
        .should()
        .beAnnotatedWith(ConditionalOnClass.class);
  }

  static ArchRule autoConfigurationsArePublicAndFinal() {
    return classes()
        .that()
        .haveSimpleNameEndingWith("AutoConfiguration")
        .should()
        .bePublic()
        .andShould()
        .haveModifier(JavaModifier.FINAL);
  }

  @Test
  void theStarterInjectsByConstructorOnly() {
    noFieldIsInjected().check(House.starter());
    noMethodIsInjected().check(House.starter());
  }

  @Test
  void noBeanMethodOfTheStarterHasAClassCondition() {
    noBeanMethodHasAClassCondition().check(House.starter());
  }

  @Test
  void everyAutoConfigurationIsPublicAndFinal() {
    autoConfigurationsArePublicAndFinal().check(House.starter());
  }

  @Test
  void everyAutoConfigurationIsRegisteredOnce() {
    List<String> registered = AutoConfigured.names();

    List<String> written =
        House.starter().stream()
            .map(type -> type.getName())
            .filter(name -> name.endsWith("AutoConfiguration"))
            .toList();
    assertThat(registered).containsExactlyInAnyOrderElementsOf(written);
  }

  @Test
  void injectedFieldsAndMethodsAreFound() {
    assertThat(Violations.of(noFieldIsInjected(), "wiring"))
        .anySatisfy(found -> assertThat(found).contains("Wired.clock"));
    assertThat(Violations.of(noMethodIsInjected(), "wiring"))
        .anySatisfy(found -> assertThat(found).contains("Wired.clock("));
  }

  @Test
  void aClassConditionOnABeanMethodIsFound() {
    assertThat(Violations.of(noBeanMethodHasAClassCondition(), "wiring"))
        .anySatisfy(found -> assertThat(found).contains("OpenAutoConfiguration.bean()"));
  }

  @Test
  void anOpenAutoConfigurationIsFound() {
    assertThat(Violations.of(autoConfigurationsArePublicAndFinal(), "wiring"))
        .anySatisfy(found -> assertThat(found).contains("OpenAutoConfiguration", "FINAL"))
        .anySatisfy(found -> assertThat(found).contains("OpenAutoConfiguration", "PUBLIC"));
  }
}
