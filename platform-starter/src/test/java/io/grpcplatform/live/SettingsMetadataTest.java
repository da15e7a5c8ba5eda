package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** What an IDE shows of each property comes from the metadata that the build makes. */
class SettingsMetadataTest {

  private static final Pattern SAYS_ITS_DEFAULT =
      Pattern.compile("\\bdefault|\\bif not set\\b|\\bif unset\\b", Pattern.CASE_INSENSITIVE);

  @Test
  void describesEveryPropertyWithItsDefault() {
    List<Map<?, ?>> properties = properties();

    assertThat(properties).isNotEmpty();
    assertThat(properties)
        .allSatisfy(
            property -> {
              Object description = property.get("description");
              assertThat(description).as("description of %s", property.get("name")).isNotNull();
              assertThat(
                      property.get("defaultValue") != null
                          || isMap(property)
                          || SAYS_ITS_DEFAULT.matcher(description.toString()).find())
                  .as("%s has a default or says that it has none", property)
                  .isTrue();
            });
  }

  private static boolean isMap(Map<?, ?> property) {
    return property.get("type").toString().startsWith("java.util.Map<");
  }

  private static List<Map<?, ?>> properties() {
    List<Map<?, ?>> found = new ArrayList<>();
    Object all = JsonParserFactory.getJsonParser().parseMap(metadata()).get("properties");
    for (Object property : (List<?>) all) {
      // Actuator's own for each endpoint are not ours: "management.endpoint.<id>.*".
      if (((Map<?, ?>) property).get("name").toString().startsWith(KnownSettings.ROOT)) {
        found.add((Map<?, ?>) property);
      }
    }
    return found;
  }

  private static String metadata() {
    try {
      URI classes = KnownSettings.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Files.readString(
          Path.of(classes).resolve("META-INF/spring-configuration-metadata.json"));
    } catch (IOException | URISyntaxException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
