package io.grpcplatform.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every library has one home. A library without a line in the table is nobody's yet: it fails. */
class LibraryHomesTest {

  private static final String FIXTURE = House.FIXTURES + ".homes";

  /** Stands for every package of the starter; which kind of class may use it is another rule. */
  private static final Set<String> EVERYWHERE = Set.of("*");

  private static final Set<String> NOWHERE = Set.of();
  private static final String ROOT_PACKAGE = "";

  /** Package prefix to home; the longest prefix that fits decides. */
  private static final Map<String, Set<String>> HOMES =
      Map.ofEntries(
          Map.entry("java.", EVERYWHERE),
          Map.entry("java.sql.", Set.of("async")),
          Map.entry("javax.sql.", Set.of("async")),
          Map.entry("org.springframework.jdbc.", Set.of("async")),
          Map.entry("sun.misc.", Set.of("server")), // the JDK's only door to a second SIGTERM
          Map.entry("org.jspecify.", EVERYWHERE),
          Map.entry("org.slf4j.", EVERYWHERE),
          Map.entry("org.springframework.", EVERYWHERE),
          Map.entry("io.grpc.", EVERYWHERE),
          Map.entry("io.grpc.inprocess.", Set.of("server", "client")),
          Map.entry("io.grpc.netty.", Set.of("server", "client")),
          Map.entry("io.grpc.health.", Set.of("health")),
          Map.entry("io.grpc.protobuf.services.", Set.of("health", "server")),
          Map.entry("io.grpc.protobuf.", Set.of(ROOT_PACKAGE, "error", "validation")),
          Map.entry(
              "com.google.protobuf.",
              Set.of(ROOT_PACKAGE, "async", "error", "stream", "validation")),
          Map.entry("com.google.rpc.", Set.of(ROOT_PACKAGE, "async", "error", "validation")),
          Map.entry("com.google.longrunning.", Set.of("async")),
          Map.entry("com.rabbitmq.", Set.of("async")),
          Map.entry("org.apache.kafka.", Set.of("async")),
          Map.entry("build.buf.", Set.of("validation")),
          Map.entry("io.github.resilience4j.", Set.of("circuitbreaker", "bulkhead", "ratelimit")),
          Map.entry("org.HdrHistogram.", Set.of(ROOT_PACKAGE)),
          Map.entry("com.netflix.concurrency.limits.", Set.of("loadshedding")),
          Map.entry("io.lettuce.", Set.of("ratelimit")),
          Map.entry(
              "javax.net.ssl.",
              Set.of("ratelimit", "telemetry")), // whose certificate a caller showed
          Map.entry("com.sun.management.", Set.of("loadshedding")), // the process's CPU time
          Map.entry("io.micrometer.", Set.of("telemetry", "*Metrics")),
          Map.entry("io.micrometer.context.", Set.of("deadline", "telemetry")),
          Map.entry("reactor.", Set.of("deadline")),
          Map.entry("io.opentelemetry.", Set.of("telemetry")));

  static ArchRule librariesAreUsedAtHome(String root) {
    return classes().that().resideInAPackage(root + "..").should(useLibrariesAtHome(root));
  }

  private static ArchCondition<JavaClass> useLibrariesAtHome(String root) {
    return new ArchCondition<>("use each library only at its home") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
          String target = dependency.getTargetClass().getBaseComponentType().getName();
          if (!isOwn(target, root) && !atHome(user, target, root)) {
            events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static boolean isOwn(String target, String root) {
    boolean primitive = target.indexOf('.') < 0;
    return primitive || target.startsWith(root + ".") || target.startsWith(House.PACKAGE + ".");
  }

  private static boolean atHome(JavaClass user, String target, String root) {
    Optional<String> library =
        HOMES.keySet().stream()
            .filter(target::startsWith)
            .max(Comparator.comparingInt(String::length));
    if (library.isEmpty()) {
      return false;
    }
    Set<String> home = HOMES.getOrDefault(library.get(), NOWHERE);
    return home.equals(EVERYWHERE)
        || home.contains(featureOf(user, root))
        || (home.contains("*Metrics") && Kind.topLevel(user).getSimpleName().endsWith("Metrics"));
  }

  private static String featureOf(JavaClass user, String root) {
    String below = user.getPackageName().substring(root.length());
    return below.isEmpty() ? ROOT_PACKAGE : below.substring(1).split("\\.", 2)[0];
  }

  @Test
  void theStarterUsesEachLibraryAtItsHome() {
    librariesAreUsedAtHome(House.PACKAGE).check(House.starter());
  }

  @Test
  void aBreakerOutsideItsHomeIsFound() {
    assertFound("server.Breaker", "io.github.resilience4j");
  }

  @Test
  void aMeterOutsideTelemetryIsFound() {
    assertFound("server.Counted", "io.micrometer");
  }

  @Test
  void aDatabaseInTheStarterIsFound() {
    assertFound("server.Rows", "java.sql.Connection");
  }

  @Test
  void aLibraryWithoutAHomeIsFound() {
    assertFound("server.Guest", "org.assertj");
  }

  @Test
  void aMetricsClassMayUseMetersAnywhere() {
    assertThat(Violations.of(librariesAreUsedAtHome(FIXTURE), "homes"))
        .noneSatisfy(found -> assertThat(found).contains("ServerMetrics"));
  }

  private static void assertFound(String user, String library) {
    assertThat(Violations.of(librariesAreUsedAtHome(FIXTURE), "homes"))
        .anySatisfy(found -> assertThat(found).contains(user, library));
  }
}
