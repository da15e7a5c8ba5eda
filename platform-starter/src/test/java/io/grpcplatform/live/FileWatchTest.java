package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a change of a file is noticed, on a clock of the test's own. */
class FileWatchTest {

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final List<WatchedFiles.Content> decided = new ArrayList<>();
  private Path file;
  private FileWatch watch;

  @BeforeEach
  void start() throws IOException {
    file = Files.writeString(folder.resolve("live.yml"), "a: 1\n");
    watch = watching(file);
    look(2);
    assertThat(decided).as("what is there at the start").hasSize(1);
  }

  private FileWatch watching(Path path) {
    FileWatch started =
        new FileWatch(
            new WatchedFiles(List.of(path.toString()))::read, decided::add, clock, Runnable::run);
    started.start();
    return started;
  }

  private void look(int times) {
    clock.advance(FileWatch.PERIOD.multipliedBy(times));
  }

  private Object last() {
    return SettingText.of(decided.get(decided.size() - 1));
  }

  @Test
  void noticesAChangeInTwoLooks() throws IOException {
    Files.writeString(file, "a: 2\n");
    look(1);
    assertThat(decided).hasSize(1);
    look(1);

    assertThat(decided).hasSize(2);
    assertThat(last()).hasToString("{a=2}");
    look(10);
    assertThat(decided).as("once").hasSize(2);
  }

  @Test
  void waitsWhileSomebodyIsStillWriting() throws IOException {
    Files.writeString(file, "a: 2\n");
    look(1);
    Files.writeString(file, "a: 2\nb: 3\n");
    look(1);
    assertThat(decided).hasSize(1);
    look(1);

    assertThat(last()).hasToString("{a=2, b=3}");
  }

  @Test
  void aChangeThatIsUndoneAtOnceIsNone() throws IOException {
    Files.writeString(file, "a: 2\n");
    look(1);
    Files.writeString(file, "a: 1\n");
    look(3);

    assertThat(decided).hasSize(1);
  }

  @Test
  void noticesFilesThatGoAndComeBack() throws IOException {
    Files.delete(file);
    look(2);
    assertThat(last()).hasToString("{}");
    Files.writeString(file, "a: 1\n");
    look(2);

    assertThat(last()).hasToString("{a=1}");
    assertThat(decided).hasSize(3);
  }

  @Test
  void noticesWhenAConfigMapsLinkIsSwapped() throws IOException {
    Path mounted = Files.createDirectory(folder.resolve("mounted"));
    WatchedFilesTest.mount(mounted, "..2026_01", "red");
    watching(mounted);
    look(2);
    WatchedFilesTest.mount(mounted, "..2026_02", "green");
    look(2);

    assertThat(last().toString()).contains("platform.paint.color=green");
  }

  @Test
  void noticesWhenAWatchedDirectoryVanishes() throws IOException {
    Path mounted = Files.createDirectory(folder.resolve("mounted"));
    Path key = Files.writeString(mounted.resolve("a.b"), "1");
    watching(mounted);
    look(2);
    assertThat(last()).hasToString("{a.b=1}");
    Files.delete(key);
    Files.delete(mounted);
    look(2);

    assertThat(last()).hasToString("{}");
  }

  @Test
  void decidesOnAFailureOnceAndThenOnTheCure() throws IOException {
    Files.writeString(file, "a: [\n");
    look(20);
    assertThat(decided).hasSize(2);
    Files.writeString(file, "a: 5\n");
    look(2);

    assertThat(last()).hasToString("{a=5}");
  }

  @Test
  void looksNoMoreOnceItIsStopped() throws IOException {
    watch.stop();
    Files.writeString(file, "a: 2\n");
    look(5);

    assertThat(decided).hasSize(1);
    assertThat(clock.waiting()).isZero();
  }
}
