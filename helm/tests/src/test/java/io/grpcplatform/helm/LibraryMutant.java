package io.grpcplatform.helm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The order service's chart with the library's templates unpacked, so that single lines of them can
 * be changed.
 */
final class LibraryMutant {

  private final Chart chart;
  private final Path templates;

  private LibraryMutant(Chart chart, Path templates) {
    this.chart = chart;
    this.templates = templates;
  }

  static LibraryMutant of(String name) {
    ChartWorkspace workspace = ChartWorkspace.fresh(name);
    Chart chart = workspace.chart("sample-order-service");
    Path unpacked = chart.directory().resolve("charts/grpc-service");
    try {
      Files.delete(chart.directory().resolve("charts/grpc-service-0.1.0.tgz"));
      ChartWorkspace.copy(workspace.directory().resolve("grpc-service"), unpacked);
      return new LibraryMutant(chart, unpacked.resolve("templates"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Chart chart() {
    return chart;
  }

  List<String> files() {
    try (Stream<Path> files = Files.list(templates)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text(String file) {
    return ChartWorkspace.text(templates.resolve(file));
  }

  void write(String file, String text) {
    ChartWorkspace.write(templates.resolve(file), text);
  }

  void replace(String file, String from, String to) {
    String text = text(file);
    if (!text.contains(from)) {
      throw new IllegalArgumentException(file + " has no " + from);
    }
    write(file, text.replace(from, to));
  }
}
