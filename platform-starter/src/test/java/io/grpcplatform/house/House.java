package io.grpcplatform.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The repository as the rules see it: its folder, its files, its features, its classes. */
final class House {

  static final String PACKAGE = "io.grpcplatform";
  static final String FIXTURES = PACKAGE + ".house.fixtures";
  static final Path ROOT = root();
  static final Path STARTER = ROOT.resolve("platform-starter");

  /** What a build, an IDE or the demo leaves behind; nobody commits it. */
  private static final Set<String> LEFT_BEHIND =
      Set.of(".git", "target", ".demo", ".idea", ".vscode", ".settings");

  private static final Path FIXTURE_SOURCES = Path.of("io", "grpcplatform", "house", "fixtures");

  /** A user's project: the rules are ours, not theirs. */
  private static final Path CONSUMER = Path.of("src", "it");

  private House() {}

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("platform-starter/pom.xml"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "Not inside the repository: " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }

  /** The starter's own classes, without its tests. */
  static JavaClasses starter() {
    return Starter.CLASSES;
  }

  /** The classes of one folder of violating fixtures. */
  static JavaClasses fixtures(String folder) {
    return new ClassFileImporter().importPackages(FIXTURES + "." + folder);
  }

  /** The words that name a feature: the packages directly below the root package. */
  static List<String> features() {
    Path root = STARTER.resolve("src/main/java/io/grpcplatform");
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Every file that a checkout holds. */
  static List<Path> files() {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return LEFT_BEHIND.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (!LEFT_BEHIND.contains(file.getFileName().toString())) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    found.sort(null);
    return found;
  }

  /**
   * The Java files below {@code src/<kind>/java} of every module, fixtures and the consumer
   * excepted.
   */
  static List<Path> sources(String kind) {
    Path folder = Path.of("src", kind, "java");
    return files().stream()
        .filter(file -> file.toString().endsWith(".java") && contains(file, folder))
        .filter(file -> !contains(file, FIXTURE_SOURCES) && !contains(file, CONSUMER))
        .toList();
  }

  /** The Java files of one folder of violating fixtures. */
  static List<Path> fixtureSources(String folder) {
    Path wanted = FIXTURE_SOURCES.resolve(folder);
    return files().stream().filter(file -> contains(file, wanted)).toList();
  }

  private static boolean contains(Path file, Path part) {
    String separator = file.getFileSystem().getSeparator();
    return file.toString().contains(separator + part + separator);
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Imported once: reading class files is the slow part. */
  private static final class Starter {
    static final JavaClasses CLASSES =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPath(STARTER.resolve("target/classes"));
  }
}
