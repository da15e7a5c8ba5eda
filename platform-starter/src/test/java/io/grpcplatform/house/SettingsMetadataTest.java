package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** What an IDE shows of each property: it is there, and the guide says the same. */
class SettingsMetadataTest {

  private static final String ROOT = "platform.";

  /**
   * One property of the starter.
   *
   * @param name without {@code platform.<feature>.}
   * @param value the default as the metadata has it; empty for none
   */
  record Property(String feature, String name, String description, String value) {

    /** By its full name, or by what follows {@code platform.<feature>.}. */
    boolean isNamedIn(String row) {
      String prefix = Pattern.quote(ROOT + feature + ".");
      return Pattern.compile("`(" + prefix + ")?" + Pattern.quote(name) + "[`.]")
          .matcher(row)
          .find();
    }

    static Property of(Map<String, Object> described) {
      String[] words = described.get("name").toString().substring(ROOT.length()).split("\\.", 2);
      return new Property(
          words[0],
          words[1],
          String.valueOf(described.getOrDefault("description", "")),
          String.valueOf(described.getOrDefault("defaultValue", "")));
    }
  }

  @SuppressWarnings("unchecked") // the format of the file is Spring Boot's
  private static List<Property> properties() {
    String json =
        House.read(
            House.STARTER.resolve("target/classes/META-INF/spring-configuration-metadata.json"));
    Object properties = JsonParserFactory.getJsonParser().parseMap(json).get("properties");
    return ((List<Map<String, Object>>) properties)
        .stream()
            // Actuator's own for each endpoint are not: "management.endpoint.<id>.*".
            .filter(property -> property.get("name").toString().startsWith(ROOT))
            .map(Property::of)
            .toList();
  }

  /** Properties whose page has no table row that names them and their default. */
  static List<String> untold(List<Property> properties, Path docs) {
    List<String> found = new ArrayList<>();
    for (Property property : properties) {
      Path page = docs.resolve(property.feature() + ".md");
      boolean told =
          Files.isRegularFile(page)
              && House.read(page)
                  .lines()
                  .filter(line -> line.startsWith("|") && property.isNamedIn(line))
                  .anyMatch(line -> line.contains(property.value()));
      if (!told) {
        found.add(ROOT + property.feature() + "." + property.name() + " = " + property.value());
      }
    }
    return found;
  }

  @Test
  void everyPropertyHasADescription() {
    assertThat(properties()).isNotEmpty();
    assertThat(properties())
        .allSatisfy(property -> assertThat(property.description()).hasSizeGreaterThan(10));
  }

  @Test
  void everyPropertyStandsOnItsPageWithItsDefault() {
    assertThat(untold(properties(), House.ROOT.resolve("docs"))).isEmpty();
  }

  @Test
  void aWrongDefaultOnThePageIsFound() {
    Property right = new Property("server", "port", "The port", "9090");
    Property wrong = new Property("server", "port", "The port", "9191");
    Property unknown = new Property("server", "colour", "The colour", "");

    assertThat(untold(List.of(right, wrong, unknown), House.ROOT.resolve("docs")))
        .containsExactly("platform.server.port = 9191", "platform.server.colour = ");
  }
}
