package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Several processes, or what stands for them, and the end of one. */
final class DurableCrashTest {

  @Test
  void aCallWhoseProcessIsKilledBeforeTheCommitIsMadeByAnotherOnce() throws Exception {
    String url = Database.POSTGRESQL.fresh();
    try (DurableApplication survivor =
            DurableApplication.on(url, "platform.async.workers=0", "spring.jmx.enabled=false");
        DurableProcess victim = DurableProcess.on(url)) {
      Operation submitted = survivor.submit("hold:1");
      victim.awaitHeld();
      int writtenBefore = survivor.ledger().written("hold:1");

      victim.kill();
      long killed = System.nanoTime();
      try (DurableApplication next = DurableApplication.on(url)) {
        next.ledger().release.countDown();
        long ready = System.nanoTime();
        Operation ended = survivor.ended(submitted);
        long after = System.nanoTime();

        assertThat(writtenBefore).isZero();
        assertThat(ended.hasResponse()).isTrue();
        assertThat(next.ledger().begun("hold:1")).isEqualTo(1);
        assertThat(next.ledger().written("hold:1")).isEqualTo(1);
        assertThat(next.rows("state = 'DONE' AND attempts = 2")).isEqualTo(1);
        System.out.printf(
            "killed before the commit; made by another %d ms after it had started, %d ms after the"
                + " kill%n",
            TimeUnit.NANOSECONDS.toMillis(after - ready),
            TimeUnit.NANOSECONDS.toMillis(after - killed));
      }
    }
  }

  @Test
  void twoProcessesMakeEachCallOnce() throws Exception {
    String url = Database.POSTGRESQL.fresh();
    try (DurableApplication one = DurableApplication.on(url);
        DurableApplication other = DurableApplication.on(url)) {
      List<Operation> submitted = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        submitted.add(one.submit("shared-" + i));
      }
      other.engine().workers().wake();

      for (Operation each : submitted) {
        assertThat(one.ended(each).hasResponse()).isTrue();
      }

      assertThat(
              one.jdbc().queryForObject("SELECT COUNT(DISTINCT text) FROM ledger", Integer.class))
          .isEqualTo(150);
      assertThat(one.jdbc().queryForObject("SELECT COUNT(*) FROM ledger", Integer.class))
          .isEqualTo(150);
      System.out.printf(
          "150 calls: %d by one process, %d by the other%n",
          one.ledger().begun.size(), other.ledger().begun.size());
    }
  }
}
