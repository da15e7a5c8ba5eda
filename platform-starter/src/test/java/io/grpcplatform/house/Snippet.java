package io.grpcplatform.house;

import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Java code of a page, which leaves out what a reader's IDE adds: imports, and around members or
 * statements the class they stand in.
 */
final class Snippet {

  private static final List<String> PACKAGES =
      List.of(
          "java.time",
          "java.util",
          "java.util.concurrent",
          "io.grpc",
          "io.grpc.stub",
          "io.grpc.netty.shaded.io.grpc.netty",
          "io.grpcplatform",
          "io.grpcplatform.testing",
          "io.grpcplatform.test.shop.v1",
          "org.springframework.boot.test.context",
          "org.springframework.context.annotation",
          "org.springframework.core.annotation",
          "org.springframework.stereotype");

  /** As they stand, as members of a class, as statements of a method. */
  private static final List<String> FRAMES =
      List.of(
          "%s", "class Snippet {%n%s%n}", "class Snippet {void run() throws Exception {%n%s%n}}");

  private Snippet() {}

  /** Why {@code code} does not compile; empty if it does. */
  static List<String> errors(String code) {
    List<List<String>> attempts = new ArrayList<>();
    for (String frame : FRAMES) {
      List<String> errors = compile(imports() + frame.formatted(code));
      if (errors.isEmpty()) {
        return errors;
      }
      attempts.add(errors);
    }
    return attempts.stream().min(Comparator.comparingInt(List::size)).orElseThrow();
  }

  private static String imports() {
    Stream<String> features = House.features().stream().map(word -> House.PACKAGE + "." + word);
    return Stream.concat(PACKAGES.stream(), features)
        .map(name -> "import " + name + ".*;")
        .collect(Collectors.joining(" ", "import org.junit.jupiter.api.Test; ", "\n"));
  }

  private static List<String> compile(String unit) {
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    ToolProvider.getSystemJavaCompiler()
        .getTask(
            null,
            null,
            found,
            List.of(
                "-proc:none",
                "-implicit:none",
                "-Xlint:none",
                "-classpath",
                classpath(),
                "-d",
                target()),
            null,
            List.of(new Unit(unit)))
        .call();
    return found.getDiagnostics().stream()
        .filter(said -> said.getKind() == Diagnostic.Kind.ERROR)
        .map(said -> (said.getLineNumber() - 1) + ": " + said.getMessage(Locale.ROOT))
        .toList();
  }

  /** Surefire starts the JVM with one jar that only refers to the true class path. */
  private static String classpath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static String target() {
    return House.STARTER.resolve("target/test-classes").toString();
  }

  /** Source code in memory. */
  private static final class Unit extends SimpleJavaFileObject {
    private final String code;

    Unit(String code) {
      super(URI.create("string:///Snippet.java"), Kind.SOURCE);
      this.code = code;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }
}
