package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.origin.OriginTrackedValue;

/** What files and directories say, and what of them is not taken. */
class WatchedFilesTest {

  @TempDir Path folder;

  private Map<String, Object> read(Path... paths) {
    Map<String, Object> plain = new HashMap<>();
    SettingText.of(new WatchedFiles(List.of(paths).stream().map(Path::toString).toList()).read())
        .forEach((name, value) -> plain.put(name, ((OriginTrackedValue) value).getValue()));
    return plain;
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void readsYamlAndPropertiesInUtf8() throws IOException {
    Path yaml = write("a.yml", "platform:\n  paint:\n    color: grün\n    \"[a.B/C]\": 1\n");
    Path properties = write("b.properties", "platform.paint.wood=Bäume\n");

    assertThat(read(yaml, properties))
        .isEqualTo(
            Map.of(
                "platform.paint.color", "grün",
                "platform.paint[a.B/C]", 1,
                "platform.paint.wood", "Bäume"));
  }

  @Test
  void readsTheKeysOfAMountedConfigMap() throws IOException {
    mount(folder, "..2026_01", "red");

    assertThat(read(folder))
        .isEqualTo(Map.of("platform.paint.color", "red", "platform.paint.coats", 2));
  }

  /** As the kubelet does: a directory of its own per version, and links to its files. */
  static void mount(Path folder, String version, String color) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(version));
    Files.writeString(copy.resolve("platform.paint.color"), color + "\n");
    Files.writeString(copy.resolve("more.yaml"), "platform.paint.coats: 2\n");
    Path link = folder.resolve("..data_tmp");
    Files.createSymbolicLink(link, Path.of(version));
    Files.move(
        link,
        folder.resolve("..data"),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    for (String name : List.of("platform.paint.color", "more.yaml")) {
      if (!Files.exists(folder.resolve(name))) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
      }
    }
  }

  @Test
  void whatDoesNotExistSaysNothing() throws IOException {
    Path dangling =
        Files.createSymbolicLink(folder.resolve("link.yml"), folder.resolve("nowhere.yml"));

    assertThat(read(folder.resolve("missing.yml"), dangling)).isEmpty();
    assertThat(read(write("empty.yml", ""), write("comment.yml", "# nothing\n"))).isEmpty();
  }

  @Test
  void refusesPropertiesThatAreThereTwice() throws IOException {
    refused("twice", write("twice.yml", "a: 1\nb: 2\na: 3\n"), "line 3", "a is there twice");
    refused("", write("twice.properties", "a=1\na=2\n"), "sets a twice");
    refused("", write("spelling.yml", "a:\n  long-name: 1\n  longName: 2\n"), "twice");
    Path first = write("first.yml", "a: 1\n");
    assertThatThrownBy(() -> read(first, write("second.yml", "a: 1\n")))
        .hasMessageContaining("second.yml sets a as ")
        .hasMessageContaining("first.yml does");
  }

  private void refused(String why, Path file, String... words) {
    assertThatThrownBy(() -> read(file))
        .as(why)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(words);
  }

  @Test
  void refusesWhatIsNotOneDocumentOfYaml() throws IOException {
    refused("half", write("half.yml", "a:\n  b: \"unfinished"), "is not YAML");
    refused("two", write("two.yml", "a: 1\n---\na: 2\n"), "2 YAML documents");
    refused("list", write("list.yml", "password: [hunter2\n"), "is not YAML");
    refused("tag", write("tag.yml", "a: !!java.io.File [x]\n"), "is not YAML");
    refused("other", write("settings.json", "{}"), "a file .yml, .yaml or .properties");
    refused("escape", write("bad.properties", "a=\\u00zz\n"), "is not a properties file");
  }

  @Test
  void neverQuotesWhatItCannotRead() throws IOException {
    Path file = write("list.yml", "password: [hunter2\n");

    assertThatThrownBy(() -> read(file)).message().doesNotContain("hunter2");
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Path latin = folder.resolve("latin.yml");
    Files.write(latin, "a: ü\n".getBytes(StandardCharsets.ISO_8859_1));

    refused("latin", latin, "is not UTF-8");
  }

  @Test
  void refusesMoreThanAConfigMapCanHold() throws IOException {
    Path fits = write("fits.yml", "#".repeat(WatchedFiles.LIMIT));
    assertThat(read(fits)).isEmpty();

    refused("one more", write("huge.yml", "#".repeat(WatchedFiles.LIMIT + 1)), "is too large");
    assertThatThrownBy(() -> read(fits, write("last.yml", "#")))
        .hasMessageContaining("is too large");
  }

  @Test
  void refusesWhatCannotBeRead() throws IOException {
    Path loop = folder.resolve("loop.d");
    Files.createDirectory(loop);
    Files.createDirectory(loop.resolve("folder.yml"));

    assertThat(read(loop)).as("folders are not read").isEmpty();
    WatchedFiles.Content failed = new WatchedFiles.Content(List.of(), "x.yml: AccessDenied");
    assertThatThrownBy(() -> SettingText.of(failed)).hasMessageContaining("x.yml: AccessDenied");
  }
}
