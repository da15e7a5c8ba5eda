package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.v1.DurableCall;
import io.grpcplatform.v1.DurableResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  private static final String QUEUE = "platform.async.platform.test.v1.EchoService";
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
    CarriedCallsProbe.receive(executor, new Parcel(QUEUE, "poison-1", garbage));

    List<DeadLetter> letters = executor.calls().deadLetters(100);

    assertThat(letters)
        .filteredOn(
            letter ->
                "The message is no platform.v1.DurableCall".equals(letter.error().getDescription()))
        .singleElement()
        .satisfies(letter -> assertThat(letter.error().getCode()).isEqualTo(Code.INVALID_ARGUMENT));
  }

  @Test
  void messagesWithoutAnIdAreDeadLettersEach() {
    for (String key : List.of("", "x".repeat(201), "", "a key with spaces")) {
      CarriedCallsProbe.receive(
          executor, new Parcel(QUEUE, "null", call("each").setKey(key).build().toByteString()));
    }

    assertThat(executor.calls().deadLetters(100))
        .filteredOn(
            letter ->
                String.valueOf(letter.error().getDescription())
                    .matches("The call has a key of (0|17|201) .*"))
        .hasSize(3);
  }

  @Test
  void whatTheDatabaseWouldRefuseIsADeadLetterOrIgnored() throws Exception {
    List<DurableCall> strange =
        List.of(
            call("strange\0").build(),
            call("strange-1").setKey("a\0key").build(),
            call("strange-2").setMethod("a\0.B/C").build(),
            call("strange-3").setReplyTo("a\0queue").build(),
            call("strange-4").setReplyTo("q".repeat(300)).build(),
            call("strange-5").setTrace("a\0trace").build());
    for (DurableCall each : strange) {
      CarriedCallsProbe.receive(executor, new Parcel(QUEUE, "a\0id", each.toByteString()));
    }
    CarriedCallsProbe.results(
        executor,
        new Parcel(
            "replies",
            "a\0id",
            DurableResult.newBuilder()
                .setId("strange\0")
                .setResponse(Any.getDefaultInstance())
                .build()
                .toByteString()));

    Operation ended = end("in-strange-5");

    assertThat(ended.hasResponse()).isTrue();
    assertThat(executor.calls().deadLetters(100))
        .filteredOn(letter -> letter.method().startsWith("platform.async."))
        .extracting(letter -> letter.error().getDescription())
        .contains("The call has a key of 5 characters (expected: 1 to 200 of ASCII)")
        .filteredOn(each -> each.startsWith("The call names no queue"))
        .hasSize(2);
  }

  @Test
  void aRequestThatIsNoMessageOfTheMethodIsADeadLetter() throws Exception {
    DurableCall garbled =
        call("garbled").setRequest(ByteString.copyFromUtf8("\u0007 no protobuf at all")).build();
    CarriedCallsProbe.receive(executor, new Parcel(QUEUE, "garbled", garbled.toByteString()));

    Operation ended = end("in-garbled");

    assertThat(ended.getError().getCode()).isEqualTo(Code.INVALID_ARGUMENT.value());
    assertThat(ended.getError().getMessage())
        .isEqualTo("The request is no message that platform.test.v1.EchoService/Unary takes");
  }

  private Operation end(String id) throws Exception {
    return executor
        .calls()
        .completion("operations/" + id)
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static DurableCall.Builder call(String id) {
    return DurableCall.newBuilder()
        .setId(id)
        .setMethod("platform.test.v1.EchoService/Unary")
        .setKey(id.replace("\0", ""))
        .setRequest(EchoRequest.newBuilder().setText(id.replace("\0", "")).build().toByteString());
  }

  @Test
  void aCallThatTheCarrierHasNotGotYetCanBeCancelled() throws Exception {
    Operation submitted =
        submitter.submit("unsent", SubmitOptions.NONE.withDelay(Duration.ofHours(1)));

    assertThat(submitter.calls().cancel(submitted.getName())).isTrue();
    assertThat(submitter.ended(submitted).getError().getCode()).isEqualTo(Code.CANCELLED.value());
  }
}
