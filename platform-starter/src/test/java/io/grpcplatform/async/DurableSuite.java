package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Many durable calls, while what carries them is killed and started again and one of the two
 * processes that carry them out is killed: each is carried out once, none is lost, and poison ends
 * among the dead letters. {@code -Dplatform.test.durable=10000} asks for the long form.
 */
final class DurableSuite {

  private static final int SHORT = 500;
  private static final int PER_TRANSACTION = 25;
  private static final int POISON_EVERY = 50;
  private static final int FAILING_EVERY = 25;

  /** What carries the calls. */
  interface Carrying {
    void kill() throws Exception;

    void start() throws Exception;
  }

  private final String carrier;
  private final Carrying carrying;
  private final Map<String, Object> submitting;
  private final Map<String, Object> serving;
  private final int calls = Integer.getInteger("platform.test.durable", SHORT);
  private final int rounds = calls > SHORT ? 3 : 1;
  private final long seconds = 60L + calls / 10;

  private final Map<String, String> submitted = new ConcurrentHashMap<>();
  private final Map<String, Operation> ended = new ConcurrentHashMap<>();
  private final Semaphore window = new Semaphore(Math.max(100, calls / 5));
  private final AtomicInteger endedCount = new AtomicInteger();
  private final Map<Integer, CountDownLatch> milestones = new ConcurrentHashMap<>();

  /**
   * @param submitting the settings of the application that submits
   * @param serving of the one that carries out, in two processes
   */
  DurableSuite(
      String carrier,
      Carrying carrying,
      Map<String, Object> submitting,
      Map<String, Object> serving) {
    this.carrier = carrier;
    this.carrying = carrying;
    this.submitting = submitting;
    this.serving = serving;
  }

  void run(Class<?> submitter) throws Exception {
    Process killed = null;
    try (ConfigurableApplicationContext staying =
            SuiteApplication.start(DurableApplication.Serving.class, serving);
        ConfigurableApplicationContext here = SuiteApplication.start(submitter, submitting)) {
      killed = SuiteApplication.serve(serving);
      for (int round = 1; round <= rounds; round++) {
        milestone((2 * round - 1) * calls / (2 * rounds + 1));
        milestone(2 * round * calls / (2 * rounds + 1));
      }
      milestone(calls);
      long before = System.nanoTime();
      CompletableFuture<Void> submits = CompletableFuture.runAsync(() -> submitAll(here));

      for (int round = 1; round <= rounds; round++) {
        await((2 * round - 1) * calls / (2 * rounds + 1), submits);
        kill(killed);
        if (round < rounds) {
          killed = SuiteApplication.serve(serving);
        }
        await(2 * round * calls / (2 * rounds + 1), submits);
        carrying.kill();
        carrying.start();
      }
      submits.get(seconds, TimeUnit.SECONDS);
      await(calls, submits);
      report(Duration.ofNanos(System.nanoTime() - before));

      assertThat(audit(here, staying).findings()).isEmpty();
    } finally {
      if (killed != null) {
        kill(killed);
      }
    }
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private void milestone(int count) {
    milestones.put(count, new CountDownLatch(1));
  }

  private void await(int count, CompletableFuture<Void> submits) throws Exception {
    CountDownLatch reached = milestones.get(count);
    assertThat(reached).isNotNull();
    CompletableFuture.anyOf(
            CompletableFuture.runAsync(
                () -> {
                  try {
                    assertThat(reached.await(seconds, TimeUnit.SECONDS))
                        .as(
                            "%s: %s of %s calls ended, %s awaited",
                            carrier, endedCount, calls, count)
                        .isTrue();
                  } catch (InterruptedException stopped) {
                    throw new IllegalStateException(stopped);
                  }
                }),
            submits.thenCompose(all -> new CompletableFuture<>()))
        .get(seconds + 10, TimeUnit.SECONDS);
  }

  private void submitAll(ConfigurableApplicationContext here) {
    DurableCalls durable = here.getBean(DurableCalls.class);
    TransactionTemplate transactions =
        new TransactionTemplate(here.getBean(PlatformTransactionManager.class));
    for (int from = 0; from < calls; from += PER_TRANSACTION) {
      int first = from;
      int end = Math.min(calls, from + PER_TRANSACTION);
      try {
        if (!window.tryAcquire(end - first, seconds, TimeUnit.SECONDS)) {
          throw new IllegalStateException("No call ended for " + seconds + " s");
        }
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
      Map<String, Operation> operations = new HashMap<>();
      persistently(
          () -> {
            transactions.executeWithoutResult(
                status -> operations.putAll(submit(durable, first, end)));
            return true;
          });
      operations.forEach((key, operation) -> follow(durable, key, operation));
    }
  }

  /** As a client does that got no answer: what carries is killed, and it may be the database. */
  private static <T> T persistently(Supplier<T> asked) {
    for (int attempt = 1; ; attempt++) {
      try {
        return asked.get();
      } catch (RuntimeException failed) {
        if (attempt == 1000) {
          throw failed;
        }
      }
    }
  }

  private Map<String, Operation> submit(DurableCalls durable, int first, int end) {
    Map<String, Operation> operations = new HashMap<>();
    for (int i = first; i < end; i++) {
      String key = "key-" + i;
      String text = text(i, key);
      submitted.put(key, text);
      operations.put(
          key,
          durable.submit(
              EchoServiceGrpc.getUnaryMethod(),
              EchoRequest.newBuilder().setText(text).build(),
              SubmitOptions.NONE.withKey(key)));
    }
    return operations;
  }

  private static String text(int i, String key) {
    if (i % POISON_EVERY == POISON_EVERY / 2) {
      return CallsAudit.poison(key);
    }
    return i % FAILING_EVERY == 0 ? "UNAVAILABLE:1:" + key : "plain " + key;
  }

  /** Asks again where the database could not be asked. */
  private void follow(DurableCalls durable, String key, Operation operation) {
    persistently(() -> durable.completion(operation.getName()))
        .whenComplete(
            (done, failed) -> {
              if (done == null) {
                var unused = CompletableFuture.runAsync(() -> follow(durable, key, operation));
                return;
              }
              ended.put(key, done);
              window.release();
              CountDownLatch milestone = milestones.get(endedCount.incrementAndGet());
              if (milestone != null) {
                milestone.countDown();
              }
            });
  }

  private CallsAudit audit(
      ConfigurableApplicationContext here, ConfigurableApplicationContext staying) {
    Map<String, Integer> written = new HashMap<>();
    staying
        .getBean(JdbcTemplate.class)
        .query(
            "SELECT call_key, COUNT(*) FROM ledger GROUP BY call_key",
            row -> {
              written.put(row.getString(1), row.getInt(2));
            });
    Map<String, DeadLetter> letters =
        here.getBean(DurableCalls.class).deadLetters(calls).stream()
            .collect(Collectors.toMap(DeadLetter::key, letter -> letter));
    return new CallsAudit(submitted, ended, written, letters);
  }

  private void report(Duration took) {
    System.out.printf(
        "durable calls by %s: %d in %.1f s (%.0f a second), %d kills of a process that carries"
            + " out, %d of what carries%n",
        carrier, calls, took.toMillis() / 1000.0, calls * 1000.0 / took.toMillis(), rounds, rounds);
  }
}
