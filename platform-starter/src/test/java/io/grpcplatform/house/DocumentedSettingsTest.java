package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.test.shop.v1.ImportsGrpc;
import io.grpcplatform.test.shop.v1.PricesGrpc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** Every YAML snippet of the documentation starts an application that has it as its settings. */
class DocumentedSettingsTest {

  /** Its snippets are files of charts; the tests of the charts render them. */
  private static final String CHARTS = "docs/helm.md";

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static final class Application {

    /** The services whose methods the snippets name: a key that names none fails the start. */
    @Bean
    PricesGrpc.PricesImplBase prices() {
      return new PricesGrpc.PricesImplBase() {};
    }

    @Bean
    ImportsGrpc.ImportsImplBase imports() {
      return new ImportsGrpc.ImportsImplBase() {};
    }
  }

  static Stream<Markdown.Block> snippets() {
    return Markdown.pages().stream()
        .filter(page -> !page.name().equals(CHARTS))
        .flatMap(page -> page.blocks("yaml").stream());
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void everySnippetStartsAnApplication(Markdown.Block snippet) {
    runner(snippet.content()).run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void theReadmeAndTheGuideHaveSnippets() {
    assertThat(snippets()).hasSizeGreaterThan(3);
  }

  @Test
  void aMisspeltPropertyInASnippetIsFound() {
    runner("platform:\n  server:\n    prot: 9090\n")
        .run(context -> assertThat(context).getFailure().hasStackTraceContaining("prot"));
  }

  @Test
  void aValueOfTheWrongTypeIsFound() {
    runner("platform:\n  deadline:\n    default: soon\n")
        .run(context -> assertThat(context).getFailure().hasStackTraceContaining("soon"));
  }

  private static ApplicationContextRunner runner(String yaml) {
    return new ApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withInitializer(
            context -> {
              var sources = context.getEnvironment().getPropertySources();
              load(yaml).forEach(sources::addLast);
              // No socket: the documented port may be taken, and a drain delay would be waited for.
              sources.addFirst(new MapPropertySource("port", Map.of("platform.server.port", -1)));
            });
  }

  private static List<PropertySource<?>> load(String yaml) {
    try {
      return new YamlPropertySourceLoader()
          .load("snippet", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException failed) {
      throw new IllegalStateException("Not YAML:\n" + yaml, failed);
    }
  }
}
