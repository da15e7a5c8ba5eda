package io.grpcplatform.samples.payment.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.samples.payment.Answer;
import io.grpcplatform.samples.payment.Money;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentCommand.Authorize;
import io.grpcplatform.samples.payment.PaymentCommand.Capture;
import io.grpcplatform.samples.payment.PaymentDesk;
import io.grpcplatform.samples.payment.PaymentEvent.Captured;
import io.grpcplatform.samples.payment.PaymentEvent.RejectReason;
import io.grpcplatform.samples.payment.PaymentEvent.Rejected;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OneAnswerPerKeyTest {
  private static final int THREADS = 12;
  private static final Money AMOUNT = new Money(2_050, "EUR");

  private TestLedger database;
  private PaymentDesk desk;
  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

  @BeforeEach
  void open() throws Exception {
    database = newDatabase();
    desk = new PaymentDesk(database.ledger(), InstantSource.system());
  }

  /** Another one for the same facts on another database. */
  TestLedger newDatabase() throws Exception {
    return new TestLedger();
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
    database.close();
  }

  @Test
  void answersRacingTwinsOfOneCommandAlike() throws Exception {
    for (int round = 0; round < 20; round++) {
      var authorize = new PaymentCommand("a-" + round, "p-" + round, new Authorize(AMOUNT, "tok"));
      var capture = new PaymentCommand("c-" + round, "p-" + round, new Capture());

      List<Answer> authorized = race(i -> desk.answer(authorize));
      List<Answer> captured = race(i -> desk.answer(capture));

      assertThat(authorized).hasSize(THREADS).containsOnly(authorized.get(0));
      assertThat(captured).hasSize(THREADS).containsOnly(captured.get(0));
    }

    assertThat(database.commandsStored()).isEqualTo(40);
    assertThat(database.captured()).isEqualTo(20 * AMOUNT.minorUnits());
  }

  @Test
  void letsOneOfSeveralRacingCapturesWin() throws Exception {
    desk.answer(new PaymentCommand("a", "p", new Authorize(AMOUNT, "tok")));

    List<Answer> answers = race(i -> desk.answer(new PaymentCommand("c-" + i, "p", new Capture())));

    assertThat(answers).filteredOn(it -> it.event() instanceof Captured).hasSize(1);
    assertThat(answers).filteredOn(it -> it.event() instanceof Rejected).hasSize(THREADS - 1);
    assertThat(database.captured()).isEqualTo(AMOUNT.minorUnits());
  }

  @Test
  void letsOneOfSeveralRacingAuthorizationsCreateThePayment() throws Exception {
    List<Answer> answers =
        race(i -> desk.answer(new PaymentCommand("a-" + i, "p", new Authorize(AMOUNT, "tok"))));

    assertThat(answers)
        .filteredOn(it -> it.event() instanceof Rejected)
        .hasSize(THREADS - 1)
        .extracting(it -> ((Rejected) it.event()).reason())
        .containsOnly(RejectReason.WRONG_STATE);
  }

  @Test
  void rejectsKeyUsedForAnotherCommand() {
    desk.answer(new PaymentCommand("a", "p", new Authorize(AMOUNT, "tok")));

    Answer other = desk.answer(new PaymentCommand("a", "p", new Capture()));

    assertThat(other.event())
        .isInstanceOfSatisfying(
            Rejected.class, it -> assertThat(it.reason()).isEqualTo(RejectReason.KEY_REUSED));
    assertThat(database.captured()).isZero();
  }

  private List<Answer> race(IntFunction<Answer> runner) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<Answer>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Callable<Answer> task =
          () -> {
            start.await(30, TimeUnit.SECONDS);
            return runner.apply(number);
          };
      running.add(pool.submit(task));
    }
    List<Answer> answers = new ArrayList<>();
    for (Future<Answer> future : running) {
      answers.add(future.get(30, TimeUnit.SECONDS));
    }
    return answers;
  }
}
