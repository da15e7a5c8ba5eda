package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every feature has its page, every page its line in the index, and two files tell one fact. */
class DocumentationTest {

  private static final Path DOCS = House.ROOT.resolve("docs");
  private static final Pattern DECISION = Pattern.compile("(\\d{4})-[a-z0-9-]+\\.md");
  private static final List<String> PARTS =
      List.of("Status: ", "## Context\n", "## Decision\n", "## Consequences\n");

  static List<String> withoutPage(List<String> features, Path docs) {
    return features.stream()
        .filter(feature -> !Files.isRegularFile(docs.resolve(feature + ".md")))
        .toList();
  }

  /** What is wrong with the numbers and the form of the decisions. */
  static List<String> disorder(Path decisions) {
    List<String> found = new ArrayList<>();
    int expected = 1;
    for (Path decision : list(decisions)) {
      Matcher name = DECISION.matcher(decision.getFileName().toString());
      if (!name.matches()) {
        found.add(decision.getFileName() + ": not NNNN-words-of-the-title.md");
        continue;
      }
      int number = Integer.parseInt(name.group(1));
      if (number != expected) {
        found.add("%s: expected number %04d".formatted(decision.getFileName(), expected));
      }
      expected = number + 1;
      String text = House.read(decision);
      PARTS.stream()
          .filter(part -> !text.contains("\n" + part))
          .forEach(part -> found.add(decision.getFileName() + ": no " + part.strip()));
    }
    return found;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException failed) {
      throw new IllegalStateException("Cannot list " + folder, failed);
    }
  }

  @Test
  void everyFeatureHasAPageOfItsName() {
    assertThat(withoutPage(House.features(), DOCS)).isEmpty();
  }

  @Test
  void theIndexNamesEveryPageAndDecision() {
    String index = House.read(DOCS.resolve("README.md"));

    List<Path> pages =
        Stream.concat(list(DOCS).stream(), list(DOCS.resolve("decisions")).stream()).toList();
    assertThat(pages)
        .filteredOn(page -> page.toString().endsWith(".md") && !page.endsWith("README.md"))
        .allSatisfy(
            page -> assertThat(index).contains("](" + DOCS.relativize(page).toString() + ")"));
  }

  @Test
  void decisionsAreNumberedWithoutGaps() {
    assertThat(disorder(DOCS.resolve("decisions"))).isEmpty();
  }

  @Test
  void everyLinkToAFileFindsIt() {
    assertThat(Markdown.pages()).flatExtracting(Markdown::brokenLinks).isEmpty();
  }

  @Test
  void theReadmeNamesTheVersionsOfTheBuild() {
    String pom = House.read(House.ROOT.resolve("pom.xml"));
    String readme = House.read(House.ROOT.resolve("README.md"));

    Map<String, String> stated =
        Map.of(
            "<artifactId>platform-starter</artifactId>\n  <version>",
                first(pom, "<version>([^<]+)<"),
            "<artifactId>protobuf-maven-plugin</artifactId>\n  <version>",
                first(pom, "<protobuf-maven-plugin.version>([^<]+)<"),
            "<protocVersion>", first(pom, "<protobuf.version>([^<]+)<"),
            "<artifactId>protoc-gen-grpc-java</artifactId>\n        <version>",
                first(pom, "<protoc-gen-grpc.version>([^<]+)<"));
    stated.forEach((place, version) -> assertThat(readme).contains(place + version + "<"));
    assertThat(House.read(House.ROOT.resolve("CHANGELOG.md")))
        .contains("## " + first(pom, "<version>([^<]+)<"));
  }

  private static String first(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  @Test
  void aFeatureWithoutAPageIsFound() {
    assertThat(withoutPage(List.of("teleport"), DOCS)).containsExactly("teleport");
  }

  @Test
  void gapsAndMissingPartsOfDecisionsAreFound(@TempDir Path decisions) throws IOException {
    String whole = "# T\n" + String.join("\n", PARTS);
    Files.writeString(decisions.resolve("0001-good.md"), whole);
    Files.writeString(decisions.resolve("0003-late.md"), whole.replace("## Context\n", ""));
    Files.writeString(decisions.resolve("notes.md"), whole);

    assertThat(disorder(decisions))
        .containsExactly(
            "0003-late.md: expected number 0002",
            "0003-late.md: no ## Context",
            "notes.md: not NNNN-words-of-the-title.md");
  }

  @Test
  void aBrokenLinkIsFound() {
    Markdown page = new Markdown(House.ROOT.resolve("README.md"), "[a](pom.xml) [b](nowhere.md#x)");

    assertThat(page.brokenLinks()).containsExactly("README.md: nowhere.md");
  }
}
