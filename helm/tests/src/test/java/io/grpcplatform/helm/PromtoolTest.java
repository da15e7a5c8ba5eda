package io.grpcplatform.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** What becomes of the tests that need promtool where there is none. */
class PromtoolTest {

  private static final String NOBODY = "promtool-that-nobody-has";

  @Test
  void withoutPromtoolTheTestIsSkippedLoudly() {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThatThrownBy(() -> Promtool.found(NOBODY, false))
          .isInstanceOf(TestAbortedException.class)
          .hasMessageContaining(NOBODY);
    } finally {
      System.setErr(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .startsWith("SKIPPED: no promtool can be started here")
        .contains(NOBODY);
  }

  @Test
  void wherePromtoolMustBeThereItsAbsenceFails() {
    assertThatThrownBy(() -> Promtool.found(NOBODY, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(NOBODY);
  }
}
