package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No file says where it was written, nor which server its packages came from. */
class MachineWordsTest {

  /** Each in two halves, so that this file does not find itself. */
  private static final List<String> FOLDERS = List.of("/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/");

  private static final List<String> HOSTS =
      List.of(
          "repo.maven" + ".apache.org",
          "repo1.maven" + ".org",
          "central.sona" + "type",
          "oss.sona" + "type",
          "plugins.gra" + "dle.org",
          "registry.np" + "mjs.org",
          "py" + "pi.org",
          "pythonhos" + "ted.org",
          "proxy.gol" + "ang.org",
          "deb.deb" + "ian.org",
          "jitp" + "ack.io",
          "docker" + ".io",
          "ghc" + "r.io",
          "qua" + "y.io");

  private static final Pattern WORDS =
      Pattern.compile(
          "(?<![\\w.$}])("
              + String.join("|", FOLDERS)
              + ")|"
              + String.join("|", HOSTS).replace(".", "\\."));

  static List<String> find(List<Path> files, Path relativeTo) {
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      int number = 0;
      for (String line : lines(file)) {
        number++;
        if (WORDS.matcher(line).find()) {
          found.add(relativeTo.relativize(file) + ":" + number + ": " + line.strip());
        }
      }
    }
    return found;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException binary) {
      return List.of();
    } catch (IOException failed) {
      throw new IllegalStateException("Cannot read " + file, failed);
    }
  }

  @Test
  void noFileNamesAFolderOrHostOfTheMachine() {
    assertThat(find(House.files(), House.ROOT)).isEmpty();
  }

  @Test
  void foldersAndHostsAreFoundInAnyFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("notes.txt");
    Files.writeString(
        file,
        String.join("\n", FOLDERS.get(0) + "x", "at " + FOLDERS.get(1), "http://" + HOSTS.get(0)));

    assertThat(find(List.of(file), folder)).hasSize(3);
  }

  @Test
  void namesThatOnlyLookAlikeAreLeftAlone(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("pom.xml");
    Files.writeString(
        file,
        "http://maven.apache.org/POM/4.0.0 build.buf:buf net"
            + FOLDERS.get(1)
            + "s target"
            + FOLDERS.get(0));

    assertThat(find(List.of(file), folder)).isEmpty();
  }
}
