package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.util.TreeScanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A suppressed check says why beside it, and there are few. */
class SuppressionsTest {

  /** Raise it only with a reason that convinces a reviewer. */
  private static final int AT_MOST = 16;

  static List<String> all(List<Path> files) {
    return find(files, false);
  }

  static List<String> withoutReason(List<Path> files) {
    return find(files, true);
  }

  private static List<String> find(List<Path> files, boolean onlySilent) {
    List<String> found = new ArrayList<>();
    for (Source source : Source.parse(files)) {
      source.scan(
          new TreeScanner<>() {
            @Override
            public Void visitAnnotation(AnnotationTree annotation, List<String> into) {
              if (annotation.getAnnotationType().toString().endsWith("SuppressWarnings")
                  && !(onlySilent && hasReason(source, annotation))) {
                into.add(source.where(annotation) + " " + annotation);
              }
              return super.visitAnnotation(annotation, into);
            }
          },
          found);
    }
    return found;
  }

  private static boolean hasReason(Source source, AnnotationTree annotation) {
    int last = source.lastLine(annotation);
    String same = source.lines().get(last - 1);
    int above = source.firstLine(annotation) - 2;
    return same.contains("//")
        || (above >= 0 && source.lines().get(above).strip().startsWith("//"));
  }

  @Test
  void everySuppressionNamesItsReason() {
    List<Path> files =
        Stream.concat(House.sources("main").stream(), House.sources("test").stream()).toList();

    assertThat(withoutReason(files)).isEmpty();
    assertThat(all(files)).hasSizeLessThanOrEqualTo(AT_MOST);
  }

  @Test
  void aSilentSuppressionIsFound() {
    List<Path> broken = House.fixtureSources("suppressed");

    assertThat(all(broken)).hasSize(3);
    assertThat(withoutReason(broken)).hasSize(1).first().asString().contains("\"unchecked\"");
  }
}
