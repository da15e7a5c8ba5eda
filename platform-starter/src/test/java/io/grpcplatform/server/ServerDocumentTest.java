package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;

/** The guide pages against the code: their YAML binds, their table tells the true defaults. */
final class ServerDocumentTest {

  private static final Pattern YAML = Pattern.compile("( *)```yaml\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\| (.+?) \\|");

  @ParameterizedTest
  @ValueSource(strings = {"server.md", "lifecycle.md"})
  void bindsEverySnippetOfYaml(String page) throws Exception {
    List<String> snippets = snippets(page);

    assertThat(snippets).hasSizeGreaterThan(1);
    for (String snippet : snippets) {
      ServerProperties bound =
          binder(snippet)
              .bindOrCreate(
                  ServerProperties.PREFIX,
                  Bindable.of(ServerProperties.class),
                  new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
      assertThat(bound.enabled()).isTrue();
    }
  }

  @Test
  void bindsTheKeysOfEarlyHeaders() throws Exception {
    ServerProperties bound =
        binder(snippets("server.md").get(1))
            .bind(ServerProperties.PREFIX, ServerProperties.class)
            .get();

    assertThat(bound.earlyHeaders().methods())
        .containsOnly(
            Map.entry("shop.v1.Prices/Watch", false), Map.entry("shop.v1.Imports/*", false));
  }

  @Test
  void tellsEveryPropertyAndItsDefault() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    Matcher rows = ROW.matcher(page("server.md"));
    while (rows.find()) {
      documented.put(rows.group(1), rows.group(2).replace("`", ""));
    }

    Map<String, String> actual = defaults();

    assertThat(documented.keySet()).isEqualTo(actual.keySet());
    actual.forEach(
        (property, value) -> {
          if (!value.isEmpty()) {
            assertThat(documented).containsEntry(property, value);
          }
        });
  }

  /** Every property of the server in the metadata that an IDE shows, each with a description. */
  @SuppressWarnings("unchecked") // the metadata's format is Spring Boot's
  private static Map<String, String> defaults() throws Exception {
    String json =
        new ClassPathResource("META-INF/spring-configuration-metadata.json")
            .getContentAsString(java.nio.charset.StandardCharsets.UTF_8);
    Map<String, String> defaults = new TreeMap<>();
    for (Object property :
        (List<Object>) JsonParserFactory.getJsonParser().parseMap(json).get("properties")) {
      Map<String, Object> entry = (Map<String, Object>) property;
      String name = (String) entry.get("name");
      if (name.startsWith(ServerProperties.PREFIX + ".")) {
        assertThat(entry).as(name).containsKey("description");
        defaults.put(
            name.substring(ServerProperties.PREFIX.length() + 1),
            String.valueOf(entry.getOrDefault("defaultValue", "")));
      }
    }
    return defaults;
  }

  private static Binder binder(String yaml) throws Exception {
    StandardEnvironment environment = new StandardEnvironment();
    new YamlPropertySourceLoader()
        .load(
            "snippet",
            new ByteArrayResource(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .forEach(environment.getPropertySources()::addLast);
    return Binder.get(environment);
  }

  private static List<String> snippets(String page) throws Exception {
    List<String> snippets = new ArrayList<>();
    Matcher yaml = YAML.matcher(page(page));
    while (yaml.find()) {
      snippets.add(yaml.group(2).replaceAll("(?m)^" + yaml.group(1), ""));
    }
    return snippets;
  }

  private static String page(String name) throws Exception {
    return Files.readString(Path.of("..", "docs", name));
  }
}
