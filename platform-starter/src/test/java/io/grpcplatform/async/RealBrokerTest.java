package io.grpcplatform.async;

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

/** What becomes of the tests that need a broker where there is none. */
final class RealBrokerTest {

  private static final String NOBODY = "/usr/lib/broker-that-nobody-has";

  @TempDir Path folder;

  @Test
  void withoutABrokerTheTestIsSkippedLoudly() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      RealBroker rabbit = new RabbitProcess(folder, NOBODY);
      RealBroker redis = new RedisProcess(folder, NOBODY, "yes");
      assertThatThrownBy(() -> RealBroker.start(rabbit, false))
          .isInstanceOf(TestAbortedException.class);
      assertThatThrownBy(() -> RealBroker.start(redis, false))
          .isInstanceOf(TestAbortedException.class);
    } finally {
      System.setErr(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("SKIPPED: no rabbitmq can be started here", NOBODY)
        .contains("SKIPPED: no redis can be started here");
  }

  @Test
  void whereABrokerMustBeThereItsAbsenceFails() throws Exception {
    RealBroker rabbit = new RabbitProcess(folder, NOBODY);

    assertThatThrownBy(() -> RealBroker.start(rabbit, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(NOBODY);
  }
}
