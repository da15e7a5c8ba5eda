package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java snippet of the documentation is compiled: in the guide it is a region of a source file
 * of this repository, in the README a whole file of the consumer project, which is made of it.
 */
class DocumentedCodeTest {

  /** Blocks that are not, line by line and whatever their indentation, a region of a source. */
  static List<String> foreign(Stream<Markdown.Block> blocks, List<Path> sources) {
    Set<String> code =
        sources.stream().map(House::read).map(DocumentedCodeTest::flat).collect(Collectors.toSet());
    List<String> found = new ArrayList<>();
    blocks.forEach(
        block -> {
          String wanted = flat(block.content());
          if (code.stream().noneMatch(source -> source.contains(wanted))) {
            found.add(block.where());
          }
        });
    return found;
  }

  private static String flat(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n", "\n", "\n"));
  }

  private static List<Path> sources() {
    return Stream.concat(House.sources("main").stream(), House.sources("test").stream()).toList();
  }

  @Test
  void everySnippetOfTheGuideIsARegionOfCompiledCode() {
    Stream<Markdown.Block> guide =
        Markdown.pages().stream()
            .filter(page -> !page.name().equals("README.md"))
            .flatMap(page -> page.blocks("java").stream());

    assertThat(foreign(guide, sources())).isEmpty();
  }

  @Test
  void everySnippetOfTheReadmeIsAWholeFileOfTheConsumer() {
    String readme = House.read(House.ROOT.resolve("README.md"));

    List<Markdown.Block> blocks = Markdown.read(House.ROOT.resolve("README.md")).blocks("java");
    assertThat(blocks)
        .isNotEmpty()
        .allSatisfy(
            block -> {
              assertThat(block.content()).startsWith("package com.example.chat;\n");
              String caption = readme.substring(0, readme.indexOf("```java\n" + block.content()));
              assertThat(caption.strip()).endsWith(":");
              assertThat(caption.strip().lines().reduce((first, last) -> last).orElseThrow())
                  .contains("src/main/java/com/example/chat/");
            });
  }

  @Test
  void aSnippetThatNobodyCompilesIsFound() {
    Markdown.Block foreign = new Markdown.Block("page:1", "java", "int invented = 1;\n");
    Markdown.Block own = new Markdown.Block("page:9", "java", "package io.grpcplatform.house;\n");

    assertThat(foreign(Stream.of(foreign, own), sources())).containsExactly("page:1");
  }
}
