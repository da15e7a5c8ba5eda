package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.test.v1.EchoResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Calls from one application to another by a carrier that delivers everything twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CarriedCallsTest {

  private static final MemoryCarrier CARRIER = new MemoryCarrier();

  private DurableApplication submitter;
  private DurableApplication executor;

  /** What both applications have. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Carrying {
    @Bean
    CallCarrier carrier() {
      return CARRIER;
    }
  }

  @BeforeAll
  void start() {
    submitter =
        DurableApplication.of(
            Database.H2.fresh(), List.of(Carrying.class), "spring.application.name=orders");
    executor =
        DurableApplication.of(
            Database.POSTGRESQL.fresh(),
            List.of(Carrying.class, DurableApplication.Serving.class),
            "spring.application.name=payments",
            "platform.async.retry.max-attempts=3");
  }

  @AfterAll
  void stop() {
    submitter.close();
    executor.close();
  }

  @Test
  void aCallGoesWithTheCarrierAndItsResultComesBack() throws Exception {
    Operation ended =
        submitter.ended(submitter.submit("carried", SubmitOptions.NONE.withKey("order-7")));

    assertThat(ended.getResponse().unpack(EchoResponse.class).getText()).isEqualTo("carried done");
    assertThat(executor.ledger().written("carried")).isEqualTo(1);
    assertThat(executor.ledger().keys).contains("order-7");
  }

  @Test
  void everyCallIsMadeOnceAlthoughAllComeTwice() throws Exception {
    List<Operation> submitted = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      submitted.add(submitter.submit("many-" + i));
    }

    for (Operation each : submitted) {
      assertThat(submitter.ended(each).hasResponse()).isTrue();
    }

    for (int i = 0; i < 60; i++) {
      assertThat(executor.ledger().written("many-" + i)).isEqualTo(1);
    }
  }

  @Test
  void aCarrierThatRefusesIsAskedAgain() throws Exception {
    CARRIER.refusals.set(2);

    Operation ended = submitter.ended(submitter.submit("patient"));

    assertThat(ended.hasResponse()).isTrue();
    assertThat(executor.ledger().written("patient")).isEqualTo(1);
  }

  @Test
  void aDeadLetterIsOneOnBothSidesAndIsRevivedFromWhereItWasSubmitted() throws Exception {
    Operation submitted = submitter.submit("UNAVAILABLE:3:fate");

    Operation dead = submitter.ended(submitted);
    List<DeadLetter> here = submitter.calls().deadLetters(100);
    List<DeadLetter> there = executor.calls().deadLetters(100);
    boolean revived = submitter.calls().revive(submitted.getName());
    Operation ended = submitter.ended(submitted);

    assertThat(dead.getError().getCode()).isEqualTo(Code.UNAVAILABLE.value());
    assertThat(dead.getError().getMessage()).isEqualTo("as fate wants");
    assertThat(here)
        .filteredOn(letter -> letter.name().equals(submitted.getName()))
        .extracting(DeadLetter::attempts)
        .containsExactly(3);
    assertThat(there).extracting(DeadLetter::key).contains(here.get(0).key());
    assertThat(revived).isTrue();
    assertThat(ended.hasResponse()).isTrue();
    assertThat(executor.ledger().written("UNAVAILABLE:3:fate")).isEqualTo(1);
  }

  @Test
  void aMessageThatIsNoCallIsADeadLetterWithItsError() {
    ByteString garbage = ByteString.copyFromUtf8("\u0007 no protobuf at all");
    CarriedCallsProbe.receive(
        executor, new Parcel("platform.async.platform.test.v1.EchoService", "poison-1", garbage));

    List<DeadLetter> letters = executor.calls().deadLetters(100);

    assertThat(letters)
        .filteredOn(letter -> letter.name().equals("operations/in-poison-1"))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.error().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
              assertThat(letter.error().getDescription())
                  .isEqualTo("The message is no platform.v1.DurableCall");
            });
  }

  @Test
  void aCallThatTheCarrierHasNotGotYetCanBeCancelled() throws Exception {
    Operation submitted =
        submitter.submit("unsent", SubmitOptions.NONE.withDelay(Duration.ofHours(1)));

    assertThat(submitter.calls().cancel(submitted.getName())).isTrue();
    assertThat(submitter.ended(submitted).getError().getCode()).isEqualTo(Code.CANCELLED.value());
  }
}
