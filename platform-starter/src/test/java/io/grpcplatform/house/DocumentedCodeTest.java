package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java snippet of the guide compiles. Those of the README are whole files, which are compiled
 * and run as the consumer project.
 */
class DocumentedCodeTest {

  static Stream<Markdown.Block> snippets() {
    return Markdown.pages().stream()
        .filter(page -> !page.name().equals("README.md"))
        .flatMap(page -> page.blocks("java").stream());
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void everySnippetOfTheGuideCompiles(Markdown.Block snippet) {
    assertThat(Snippet.errors(snippet.content())).isEmpty();
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
    assertThat(Snippet.errors("channels.stub(\"prices\");")).isNotEmpty();
  }

  @Test
  void typesMembersAndStatementsCompileAsTheyStand() {
    assertThat(Snippet.errors("record Price(Quote quote) {}")).isEmpty();
    assertThat(Snippet.errors("@Bean Quote quote() { return Quote.getDefaultInstance(); }"))
        .isEmpty();
    assertThat(Snippet.errors("Quote quote = Quote.getDefaultInstance();")).isEmpty();
  }
}
