package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.junit.jupiter.api.Test;

/** How code of every module is named and closed, and that its methods stay small. */
class CodeShapeTest {

  private static final int METHOD_LINES = 40;
  private static final int PARAMETERS = 6;
  private static final Pattern EMPTY_NAME =
      Pattern.compile("\\w*(Util|Utils|Helper|Manager|Impl|Base|Common|Info)");
  private static final Set<Modifier> CLOSED =
      Set.of(Modifier.FINAL, Modifier.ABSTRACT, Modifier.SEALED);

  static List<String> emptyNames(List<Path> files) {
    return judge(files, Judge.Rule.NAMES);
  }

  static List<String> openClasses(List<Path> files) {
    return judge(files, Judge.Rule.CLOSED);
  }

  static List<String> longMethods(List<Path> files) {
    return judge(files, Judge.Rule.METHODS);
  }

  private static List<String> judge(List<Path> files, Judge.Rule rule) {
    List<String> found = new ArrayList<>();
    for (Source source : Source.parse(files)) {
      source.scan(new Judge(source, rule), found);
    }
    return found;
  }

  /** Folders with Java files, whose package no {@code package-info} of the module marks. */
  static Set<String> unmarkedPackages(List<Path> files) {
    Set<String> found = new TreeSet<>();
    for (Path file : files) {
      Path twin =
          Path.of(file.toString().replaceFirst("/src/(main|test)/java/", "/src/main/java/"));
      if (!marks(file.resolveSibling("package-info.java"))
          && !marks(twin.resolveSibling("package-info.java"))) {
        found.add(House.ROOT.relativize(file.getParent()).toString());
      }
    }
    return found;
  }

  private static boolean marks(Path packageInfo) {
    return Files.isRegularFile(packageInfo) && House.read(packageInfo).contains("\n@NullMarked\n");
  }

  private static final class Judge extends TreeScanner<Void, List<String>> {
    enum Rule {
      NAMES,
      CLOSED,
      METHODS
    }

    private final Source source;
    private final Rule rule;

    Judge(Source source, Rule rule) {
      this.source = source;
      this.rule = rule;
    }

    @Override
    public Void visitClass(ClassTree type, List<String> found) {
      if (rule == Rule.NAMES && EMPTY_NAME.matcher(type.getSimpleName()).matches()) {
        found.add(source.where(type) + " " + type.getSimpleName());
      }
      if (rule == Rule.CLOSED && type.getKind() == Tree.Kind.CLASS && isOpen(type)) {
        found.add(source.where(type) + " " + type.getSimpleName());
      }
      return super.visitClass(type, found);
    }

    private static boolean isOpen(ClassTree type) {
      return type.getModifiers().getFlags().stream().noneMatch(CLOSED::contains)
          && type.getModifiers().getAnnotations().stream().noneMatch(Judge::isProxied);
    }

    /** Spring subclasses an application's main class at run time. */
    private static boolean isProxied(AnnotationTree annotation) {
      return annotation.getAnnotationType().toString().equals("SpringBootApplication");
    }

    /** An anonymous class is closed by nature; only what it contains is judged. */
    @Override
    public Void visitNewClass(NewClassTree created, List<String> found) {
      scan(created.getArguments(), found);
      if (created.getClassBody() != null) {
        scan(created.getClassBody().getMembers(), found);
      }
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, List<String> found) {
      if (rule == Rule.METHODS && method.getBody() != null) {
        int lines = source.lastLine(method.getBody()) - source.firstLine(method.getBody()) + 1;
        int parameters = method.getParameters().size();
        if (lines > METHOD_LINES) {
          found.add(source.where(method) + " " + method.getName() + ": " + lines + " lines");
        }
        if (parameters > PARAMETERS && !isWiring(method)) {
          found.add(
              source.where(method) + " " + method.getName() + ": " + parameters + " parameters");
        }
      }
      return super.visitMethod(method, found);
    }
  }

  /** A constructor or a bean method takes what it is made of, however much that is. */
  private static boolean isWiring(MethodTree method) {
    return method.getReturnType() == null
        || method.getModifiers().getAnnotations().stream()
            .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Bean"));
  }

  @Test
  void noClassOfAnyModuleHasAnEmptyName() {
    assertThat(emptyNames(House.sources("main"))).isEmpty();
    assertThat(emptyNames(House.sources("test"))).isEmpty();
  }

  @Test
  void everyMainClassIsClosed() {
    assertThat(openClasses(House.sources("main"))).isEmpty();
  }

  @Test
  void methodsStayWithinFortyLinesAndSixParameters() {
    assertThat(longMethods(House.sources("main"))).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(unmarkedPackages(House.sources("main"))).isEmpty();
    assertThat(unmarkedPackages(House.sources("test"))).isEmpty();
  }

  @Test
  void emptyNamesAndOpenClassesAreFound() {
    List<Path> broken = House.fixtureSources("shape");

    assertThat(emptyNames(broken))
        .extracting(found -> found.substring(found.indexOf(' ') + 1))
        .containsExactlyInAnyOrder("TimeUtil", "OrderManager");
    assertThat(openClasses(broken))
        .extracting(found -> found.substring(found.indexOf(' ') + 1))
        .containsExactlyInAnyOrder("Open", "OrderManager");
  }

  @Test
  void longMethodsAndManyParametersAreFound() {
    assertThat(longMethods(House.fixtureSources("shape")))
        .anySatisfy(found -> assertThat(found).contains("LongMethods.java", "41 lines"))
        .anySatisfy(found -> assertThat(found).contains("LongMethods.java", "7 parameters"))
        .hasSize(2);
  }

  @Test
  void anUnmarkedPackageIsFound() {
    assertThat(unmarkedPackages(House.fixtureSources("shape")))
        .anySatisfy(found -> assertThat(found).endsWith("fixtures/shape"));
  }
}
