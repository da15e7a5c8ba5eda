package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** What becomes of the tests that need a Redis where there is none. */
final class RealRedisTest {

  private static final String NOBODY = "redis-server-that-nobody-has";

  @TempDir Path folder;

  @Test
  void withoutARedisTheTestIsSkippedLoudly() {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThatThrownBy(() -> RealRedis.start(NOBODY, folder, false))
          .isInstanceOf(TestAbortedException.class)
          .hasMessageContaining(NOBODY);
    } finally {
      System.setErr(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .startsWith("SKIPPED: no redis-server can be started here")
        .contains(NOBODY);
  }

  @Test
  void whereRedisMustBeThereItsAbsenceFails() {
    assertThatThrownBy(() -> RealRedis.start(NOBODY, folder, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(NOBODY);
  }
}
