package io.grpcplatform.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * One Java file as the compiler parses it, so that a rule judges code and never what a comment or a
 * string says.
 */
record Source(Path path, CompilationUnitTree tree, SourcePositions positions, List<String> lines) {

  static List<Source> parse(List<Path> files) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      List<Source> sources = new ArrayList<>();
      for (CompilationUnitTree tree : task.parse()) {
        Path path = Path.of(tree.getSourceFile().toUri());
        sources.add(new Source(path, tree, positions, House.read(path).lines().toList()));
      }
      return sources;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Walks the whole file; {@code found} gathers what the rule has to say. */
  void scan(TreeScanner<Void, List<String>> rule, List<String> found) {
    rule.scan(tree, found);
  }

  int firstLine(Tree part) {
    return line(positions.getStartPosition(tree, part));
  }

  int lastLine(Tree part) {
    return line(positions.getEndPosition(tree, part));
  }

  private int line(long position) {
    return (int) tree.getLineMap().getLineNumber(position);
  }

  /** Where in the repository {@code part} stands, as an IDE links it. */
  String where(Tree part) {
    return House.ROOT.relativize(path) + ":" + firstLine(part);
  }
}
