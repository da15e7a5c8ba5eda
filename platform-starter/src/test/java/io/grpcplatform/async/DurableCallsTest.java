package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import io.grpc.Status.Code;
import io.grpcplatform.test.v1.EchoResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls in place, by the database alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DurableCallsTest {

  private final List<DurableApplication> applications = new ArrayList<>();

  @BeforeAll
  void start() {
    for (Database database : Database.values()) {
      applications.add(DurableApplication.on(database.fresh()));
    }
  }

  @AfterAll
  void stop() {
    applications.forEach(DurableApplication::close);
  }

  Stream<DurableApplication> databases() {
    return applications.stream();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("databases")
  void runsASubmittedCallByItsServicesOwnMethod(DurableApplication app) throws Exception {
    Operation submitted = app.submit("plain", SubmitOptions.NONE.withKey("plain-1"));

    Operation ended = app.ended(submitted);

    assertThat(submitted.getDone()).isFalse();
    assertThat(ended.getDone()).isTrue();
    assertThat(ended.getResponse().unpack(EchoResponse.class).getText()).isEqualTo("plain done");
    assertThat(app.ledger().written("plain")).isEqualTo(1);
    assertThat(app.ledger().keys).contains("plain-1");
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("databases")
  void aRolledBackTransactionHasSubmittedNothing(DurableApplication app) {
    List<String> names = new ArrayList<>();

    app.transactions()
        .executeWithoutResult(
            status -> {
              names.add(app.submit("regretted").getName());
              status.setRollbackOnly();
            });

    assertThat(app.calls().find(names.get(0))).isEmpty();
    assertThat(app.ledger().begun("regretted")).isZero();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("databases")
  void makesACallOnceHoweverOftenItsKeyIsSubmitted(DurableApplication app) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    SubmitOptions once = SubmitOptions.NONE.withKey("once");

    List<Callable<Operation>> submits = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      submits.add(() -> app.transactions().execute(status -> app.submit("once", once)));
    }
    List<String> names = new ArrayList<>();
    for (Future<Operation> submitted : threads.invokeAll(submits)) {
      names.add(app.ended(submitted.get()).getName());
    }
    threads.shutdown();

    assertThat(names).hasSize(12).containsOnly(names.get(0));
    assertThat(app.ledger().written("once")).isEqualTo(1);
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("databases")
  void aFailedAttemptIsRolledBackAndTriedAgain(DurableApplication app) throws Exception {
    Operation ended = app.ended(app.submit("UNAVAILABLE:3:test"));

    assertThat(ended.hasResponse()).isTrue();
    assertThat(app.ledger().begun("UNAVAILABLE:3:test")).isEqualTo(4);
    assertThat(app.ledger().written("UNAVAILABLE:3:test")).isEqualTo(1);
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("databases")
  void aFinalErrorIsADeadLetterThatCanBeRevived(DurableApplication app) throws Exception {
    Operation submitted = app.submit("INVALID_ARGUMENT:1:somebody");

    Operation dead = app.ended(submitted);
    List<DeadLetter> letters = app.calls().deadLetters(10);
    boolean revived = app.calls().revive(submitted.getName());
    Operation ended = app.ended(submitted);

    assertThat(dead.getError().getCode()).isEqualTo(Code.INVALID_ARGUMENT.value());
    assertThat(dead.getError().getMessage()).isEqualTo("as somebody wants");
    assertThat(letters).extracting(DeadLetter::name).contains(submitted.getName());
    assertThat(revived).isTrue();
    assertThat(ended.hasResponse()).isTrue();
    assertThat(app.ledger().written("INVALID_ARGUMENT:1:somebody")).isEqualTo(1);
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("databases")
  void aCallThatWaitsCanBeCancelled(DurableApplication app) throws Exception {
    Operation submitted = app.submit("later", SubmitOptions.NONE.withDelay(Duration.ofHours(1)));

    boolean cancelled = app.calls().cancel(submitted.getName());
    Operation ended = app.ended(submitted);

    assertThat(cancelled).isTrue();
    assertThat(ended.getError().getCode()).isEqualTo(Code.CANCELLED.value());
    assertThat(app.calls().cancel(submitted.getName())).isFalse();
    assertThat(app.ledger().begun("later")).isZero();
  }
}
