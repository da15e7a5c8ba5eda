package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long main classes are. One that outgrows this has two jobs. */
class SizeTest {

  private static final int MEDIAN = 70;
  private static final int NINETY_FIFTH = 200;
  private static final int LONGEST = 300;

  /** Lines of each file, in ascending order. */
  @SuppressWarnings("ArrayRecordComponent") // the test alone sees it, and never compares two
  record Sizes(int[] ascending) {

    static Sizes of(List<Path> files) {
      return new Sizes(
          files.stream()
              .filter(file -> !file.endsWith("package-info.java"))
              .mapToInt(file -> (int) House.read(file).lines().count())
              .sorted()
              .toArray());
    }

    /** The smallest size that {@code percent} of the files do not exceed. */
    int percentile(int percent) {
      return ascending[Math.max(0, (int) Math.ceil(ascending.length * percent / 100.0) - 1)];
    }
  }

  @Test
  void mainClassesStaySmall() {
    Sizes sizes = Sizes.of(House.sources("main"));

    System.out.printf(
        "%d main classes: median %d lines, 95th percentile %d, longest %d%n",
        sizes.ascending().length,
        sizes.percentile(50),
        sizes.percentile(95),
        sizes.percentile(100));
    assertThat(sizes.percentile(50)).isLessThanOrEqualTo(MEDIAN);
    assertThat(sizes.percentile(95)).isLessThanOrEqualTo(NINETY_FIFTH);
    assertThat(sizes.percentile(100)).isLessThanOrEqualTo(LONGEST);
  }

  @Test
  void percentilesOfKnownSizesAreRight() {
    Sizes oneToTwenty = new Sizes(IntStream.rangeClosed(1, 20).toArray());
    Sizes oneLong = new Sizes(Arrays.copyOf(oneToTwenty.ascending(), 20));
    oneLong.ascending()[19] = LONGEST + 1;

    assertThat(oneToTwenty.percentile(50)).isEqualTo(10);
    assertThat(oneToTwenty.percentile(95)).isEqualTo(19);
    assertThat(oneLong.percentile(95)).isEqualTo(19);
    assertThat(oneLong.percentile(100)).isEqualTo(LONGEST + 1);
  }

  @Test
  void aFileOfKnownLengthIsCounted() {
    List<Path> files =
        House.fixtureSources("shape").stream().filter(f -> f.endsWith("Open.java")).toList();

    assertThat(Sizes.of(files).ascending()).isEqualTo(new int[] {4});
  }
}
