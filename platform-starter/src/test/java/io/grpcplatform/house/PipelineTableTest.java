package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import io.grpcplatform.ClientStage;
import io.grpcplatform.ServerStage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pipeline tables in the README say what the two enums say, and what is built. */
class PipelineTableTest {

  private static final Pattern CONSTANT =
      Pattern.compile("/\\*\\*(.*?)\\*/\\s*([A-Z_]+)[,\\s]", Pattern.DOTALL);
  private static final Path SOURCES = House.STARTER.resolve("src/main/java/io/grpcplatform");

  /** Stage to its Javadoc, in the order of the source. */
  static Map<String, String> documented(String source) {
    Map<String, String> stages = new LinkedHashMap<>();
    Matcher constant = CONSTANT.matcher(source.substring(source.indexOf('{')));
    while (constant.find()) {
      String text = constant.group(1).replaceAll("\\s*\\n\\s*\\*\\s*", " ");
      stages.put(
          constant.group(2),
          text.replaceAll("\\{@link #(\\w+)}", "`$1`").replaceAll("\\s+", " ").strip());
    }
    return stages;
  }

  static List<String> rows(String readme, String side) {
    Markdown page = new Markdown(House.ROOT.resolve("README.md"), readme);
    return page.table(side + " stage").stream()
        .map(cells -> cells.get(0).replace("`", "") + ": " + cells.get(1))
        .toList();
  }

  private static List<String> expected(String type) {
    return documented(House.read(SOURCES.resolve(type + ".java"))).entrySet().stream()
        .map(stage -> stage.getKey() + ": " + stage.getValue())
        .toList();
  }

  private static String readme() {
    return House.read(House.ROOT.resolve("README.md"));
  }

  @Test
  void theServerTableEqualsTheServerStages() {
    assertThat(documented(House.read(SOURCES.resolve("ServerStage.java"))).keySet())
        .containsExactly(
            Arrays.stream(ServerStage.values()).map(Enum::name).toArray(String[]::new));
    assertThat(rows(readme(), "Server")).isEqualTo(expected("ServerStage"));
  }

  @Test
  void theClientTableEqualsTheClientStages() {
    assertThat(documented(House.read(SOURCES.resolve("ClientStage.java"))).keySet())
        .containsExactly(
            Arrays.stream(ClientStage.values()).map(Enum::name).toArray(String[]::new));
    assertThat(rows(readme(), "Client")).isEqualTo(expected("ClientStage"));
  }

  @Test
  void theTablesSayWhichStagesAreBuilt() {
    assertThat(builtByTable("Server")).isEqualTo(claimed("ServerStage"));
    assertThat(builtByTable("Client")).isEqualTo(claimed("ClientStage"));
  }

  private static Set<String> builtByTable(String side) {
    Set<String> built = new TreeSet<>();
    for (List<String> cells :
        Markdown.read(House.ROOT.resolve("README.md")).table(side + " stage")) {
      if (cells.get(2).equals("yes")) {
        built.add(cells.get(0).replace("`", ""));
      }
    }
    return built;
  }

  /** The stages that some feature returns from its {@code stage()}. */
  private static Set<String> claimed(String type) {
    List<String> found = new ArrayList<>();
    Pattern claim = Pattern.compile(type + "\\.([A-Z_]+)");
    for (Source source : Source.parse(House.sources("main"))) {
      source.scan(
          new TreeScanner<>() {
            @Override
            public Void visitMethod(MethodTree method, List<String> into) {
              if (method.getName().contentEquals("stage") && method.getBody() != null) {
                Matcher claimed = claim.matcher(method.getBody().toString());
                while (claimed.find()) {
                  into.add(claimed.group(1));
                }
              }
              return super.visitMethod(method, into);
            }
          },
          found);
    }
    return new TreeSet<>(found);
  }

  @Test
  void aRowInTheWrongPlaceIsFound() {
    String swapped =
        readme()
            .replaceFirst("\\| `TELEMETRY`", "| `SWAP`")
            .replaceFirst("\\| `ERROR`", "| `TELEMETRY`")
            .replaceFirst("\\| `SWAP`", "| `ERROR`");

    assertThat(rows(swapped, "Server")).isNotEqualTo(expected("ServerStage"));
    assertThat(rows(swapped, "Client")).isEqualTo(expected("ClientStage"));
  }
}
