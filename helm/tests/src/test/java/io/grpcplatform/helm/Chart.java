package io.grpcplatform.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** One chart on disk, its dependencies in place. */
record Chart(Path directory) {

  /** The oldest cluster the charts are made for. */
  static final String KUBERNETES = "1.30.0";

  String name() {
    return directory.getFileName().toString();
  }

  Manifests render() {
    return Manifests.of(template(KUBERNETES).call());
  }

  /** Renders with more values, given as YAML; throws what Helm says when it refuses. */
  Manifests render(String values) {
    return render(values, KUBERNETES);
  }

  Manifests render(String values, String kubernetes) {
    return Manifests.of(template(kubernetes).withValuesFile(saved(values)).call());
  }

  Manifests render(Path values) {
    return Manifests.of(template(KUBERNETES).withValuesFile(values).call());
  }

  LintResult lint() {
    return new Helm(directory).lint().strict().call();
  }

  /** The values files a chart is tried with. */
  List<Path> ciValues() {
    Path ci = directory.resolve("ci");
    if (!Files.exists(ci)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(ci)) {
      return files.filter(file -> file.toString().endsWith("-values.yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name();
  }

  private TemplateCommand template(String kubernetes) {
    return new Helm(directory)
        .template()
        .withName("shop")
        .withNamespace("shop")
        .withKubeVersion(kubernetes);
  }

  private static Path saved(String values) {
    try {
      Path file = Files.createTempFile(ChartWorkspace.target(), "values-", ".yaml");
      file.toFile().deleteOnExit();
      return Files.writeString(file, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
