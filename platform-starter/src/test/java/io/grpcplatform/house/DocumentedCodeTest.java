package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java snippet of the guide is a region of a source file of this repository, or compiles by
 * itself. Those of the README are whole files, which are compiled and run as the consumer project.
 */
class DocumentedCodeTest {

  static Stream<Markdown.Block> snippets() {
    return Markdown.pages().stream()
        .filter(page -> !page.name().equals("README.md"))
        .flatMap(page -> page.blocks("java").stream());
  }

  /** Why nobody can trust {@code snippet}; empty if it is compiled here or elsewhere. */
  static List<String> doubts(Markdown.Block snippet) {
    String wanted = flat(snippet.content());
    boolean region =
        Stream.of("main", "test")
            .flatMap(kind -> House.sources(kind).stream())
            .anyMatch(source -> flat(House.read(source)).contains(wanted));
    return region ? List.of() : Snippet.errors(snippet.content());
  }

  /** Line by line, whatever the indentation. */
  private static String flat(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n", "\n", "\n"));
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void everySnippetOfTheGuideIsCompiled(Markdown.Block snippet) {
    assertThat(doubts(snippet)).isEmpty();
  }

  @Test
  void everySnippetOfTheReadmeIsAFileOfTheConsumer() {
    String readme = House.read(House.ROOT.resolve("README.md"));

    List<Markdown.Block> blocks = Markdown.read(House.ROOT.resolve("README.md")).blocks("java");
    assertThat(blocks)
        .isNotEmpty()
        .allSatisfy(
            block -> {
              assertThat(block.content()).startsWith("package com.example.chat;\n");
              String before = readme.substring(0, readme.indexOf("```java\n" + block.content()));
              String caption = before.stripTrailing().lines().reduce((a, b) -> b).orElseThrow();
              assertThat(caption).contains("`src/main/java/com/example/chat/").endsWith(":");
            });
  }

  @Test
  void codeThatDoesNotCompileIsFound() {
    assertThat(Snippet.errors("class Prices extends NoSuchStub {}"))
        .singleElement()
        .asString()
        .contains("NoSuchStub");
    assertThat(doubts(new Markdown.Block("page:1", "java", "channels.stub(\"prices\");\n")))
        .isNotEmpty();
  }

  @Test
  void aRegionOfASourceNeedsNotCompileByItself() {
    String region = "  static List<String> doubts(Markdown.Block snippet) {\n";

    assertThat(Snippet.errors(region)).isNotEmpty();
    assertThat(doubts(new Markdown.Block("page:1", "java", region))).isEmpty();
  }

  @Test
  void typesMembersAndStatementsCompileAsTheyStand() {
    assertThat(Snippet.errors("record Price(Quote quote) {}")).isEmpty();
    assertThat(Snippet.errors("@Bean Quote quote() { return Quote.getDefaultInstance(); }"))
        .isEmpty();
    assertThat(Snippet.errors("Quote quote = Quote.getDefaultInstance();")).isEmpty();
  }
}
