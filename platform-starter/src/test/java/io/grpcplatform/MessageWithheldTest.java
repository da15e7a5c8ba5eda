package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What a log may show of an exception. */
final class MessageWithheldTest {

  private static String printed(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void typesAndFramesAreShownWithoutAnyMessage() {
    IllegalStateException thrown =
        new IllegalStateException("hunter2", new IllegalArgumentException("hunter2"));
    thrown.addSuppressed(new UnsupportedOperationException("hunter2"));

    String shown = printed(MessageWithheld.of(thrown));

    assertThat(shown)
        .contains(
            "MessageWithheld: java.lang.IllegalStateException",
            "Caused by: io.grpcplatform.MessageWithheld: java.lang.IllegalArgumentException",
            "Suppressed: io.grpcplatform.MessageWithheld: java.lang.UnsupportedOperationException",
            "MessageWithheldTest.typesAndFramesAreShownWithoutAnyMessage")
        .doesNotContain("hunter2");
  }

  @Test
  void exceptionsThatCauseEachOtherEnd() {
    IllegalStateException first = new IllegalStateException("hunter2");
    IllegalStateException second = new IllegalStateException("hunter2", first);
    first.initCause(second);
    first.addSuppressed(second);

    assertThat(printed(MessageWithheld.of(first))).doesNotContain("hunter2");
  }

  @Test
  void causesBeyondTheSixteenthAreLeftOut() {
    Throwable deepest = new UnsupportedOperationException();
    for (int i = 0; i < 10_000; i++) {
      deepest = new IllegalStateException("", deepest);
    }

    String shown = printed(MessageWithheld.of(deepest));

    assertThat(shown.split("Caused by", -1)).hasSize(17);
  }
}
