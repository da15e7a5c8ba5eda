package io.grpcplatform.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A copy of all charts under {@code target/}, dependencies included, so that tests never write into
 * the sources.
 */
final class ChartWorkspace {

  private static final Path SOURCES =
      Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().getParent();
  private static final Path TARGET =
      Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();

  private final Path directory;
  private final Set<Path> resolved = new HashSet<>();

  private ChartWorkspace(Path directory) {
    this.directory = directory;
  }

  /** A fresh copy; its dependencies are resolved by {@link #chart} and {@link #scaffold}. */
  static ChartWorkspace fresh(String name) {
    Path directory =
        Files.exists(TARGET) ? unused(TARGET.resolve("charts"), name) : TARGET.resolve(name);
    try (Stream<Path> charts = Files.list(SOURCES)) {
      for (Path chart : charts.filter(path -> Files.exists(path.resolve("Chart.yaml"))).toList()) {
        copy(chart, directory.resolve(chart.getFileName()));
      }
      return new ChartWorkspace(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path sources() {
    return SOURCES;
  }

  static Path target() {
    return TARGET;
  }

  Path directory() {
    return directory;
  }

  /** One chart by the name of its folder, ready to render. */
  Chart chart(String name) {
    Path chart = directory.resolve(name);
    resolve(chart);
    return new Chart(chart);
  }

  /** Every chart that can be installed; libraries cannot. */
  List<Chart> services() {
    try (Stream<Path> charts = Files.list(directory)) {
      return charts
          .sorted()
          .filter(
              chart ->
                  !"library".equals(Yaml.read(chart.resolve("Chart.yaml")).path("type").asText()))
          .map(chart -> chart(chart.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new chart beside the others, made from texts by file name. */
  Chart scaffold(String name, Map<String, String> files) {
    files.forEach((file, text) -> write(directory.resolve(name).resolve(file), text));
    return chart(name);
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Bottom-up: a dependency is packed into its user as it stands, so its own dependencies come
   * first.
   */
  private void resolve(Path chart) {
    if (!resolved.add(chart)) {
      return;
    }
    List<Path> dependencies = new ArrayList<>();
    for (JsonNode dependency : Yaml.read(chart.resolve("Chart.yaml")).path("dependencies")) {
      String repository = dependency.path("repository").asText();
      dependencies.add(chart.resolve(repository.substring("file://".length())).normalize());
    }
    dependencies.forEach(this::resolve);
    if (!dependencies.isEmpty()) {
      new Helm(chart).dependency().update().skipRefresh().call();
    }
  }

  private static Path unused(Path parent, String name) {
    try {
      Files.createDirectories(parent);
      return Files.createTempDirectory(parent, name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = from.relativize(file);
        if (relative.startsWith("charts") || relative.startsWith("Chart.lock")) {
          continue;
        }
        Path copy = to.resolve(relative);
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }
}
