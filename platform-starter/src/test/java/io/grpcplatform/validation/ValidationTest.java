package io.grpcplatform.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Loopback;
import io.grpcplatform.Outcome;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.SettingException;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.BookRequest;
import io.grpcplatform.test.v1.BookResponse;
import io.grpcplatform.test.v1.BookingServiceGrpc;
import io.grpcplatform.test.v1.BookingServiceGrpc.BookingServiceBlockingStub;
import io.grpcplatform.test.v1.CancelRequest;
import io.grpcplatform.test.v1.Extra;
import io.grpcplatform.test.v1.SplitRequest;
import io.grpcplatform.test.v1.UnclearServiceGrpc.UnclearServiceImplBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that keep or break the rules of their contract, over loopback. */
final class ValidationTest {

  private final Bookings bookings = new Bookings();
  private Loopback loopback;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(bookings, Validation.server());
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private static BookRequest good() {
    return BookRequest.newBuilder().setGuest("ada").setBeds(2).build();
  }

  private static BookRequest bad() {
    return good().toBuilder().setGuest("").setBeds(13).build();
  }

  private StatusRuntimeException refused(BookRequest request) {
    BookingServiceBlockingStub stub = BookingServiceGrpc.newBlockingStub(loopback.channel());
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.book(request));
  }

  @Test
  void aRequestThatBreaksRulesNeverReachesItsHandler() throws Exception {
    StatusRuntimeException failed = refused(bad());

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failed.getStatus().getDescription())
        .isEqualTo("The request breaks rules: guest [string.min_len], beds [int32.gt_lte]");
    assertThat(Answers.violations(failed))
        .containsExactly(
            "guest [string.min_len] must be at least 1 characters",
            "beds [int32.gt_lte] must be greater than 0 and less than or equal to 12");
    assertThat(bookings.reached).isEmpty();
  }

  @Test
  void aRequestThatKeepsItsRulesIsServed() {
    BookResponse answer = BookingServiceGrpc.newBlockingStub(loopback.channel()).book(good());

    assertThat(answer.getBooked()).isEqualTo(1);
    assertThat(bookings.reached).containsExactly(good());
  }

  @Test
  void theSingleRequestOfAServerStreamIsChecked() throws Exception {
    Answers answers = new Answers();

    BookingServiceGrpc.newStub(loopback.channel()).watch(bad(), answers);

    assertThat(Answers.violations(answers.failure())).hasSize(2);
    assertThat(bookings.reached).isEmpty();
  }

  @Test
  void aBadMessageEndsABidiStreamAndIsNotDelivered() throws Exception {
    Answers answers = new Answers();
    StreamObserver<BookRequest> stream =
        BookingServiceGrpc.newStub(loopback.channel()).talk(answers);
    stream.onNext(good());
    assertThat(answers.next().getBooked()).isEqualTo(1);

    stream.onNext(bad());

    StatusRuntimeException failed = answers.failure();
    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failed.getStatus().getDescription())
        .startsWith("Message 2 of the stream breaks rules: guest");
    assertThat(bookings.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bookings.reached).containsExactly(good());
  }

  @Test
  void aBadMessageEndsAClientStreamBeforeItsAnswer() throws Exception {
    Answers answers = new Answers();
    StreamObserver<BookRequest> stream =
        BookingServiceGrpc.newStub(loopback.channel()).bookAll(answers);

    stream.onNext(good());
    stream.onNext(bad());
    stream.onCompleted();

    assertThat(answers.failure().getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(bookings.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bookings.reached).containsExactly(good());
  }

  @Test
  void whatIsNestedIsNamedByItsPath() throws Exception {
    Extra nested = Extra.newBuilder().setCode("a").setInner(Extra.getDefaultInstance()).build();

    StatusRuntimeException failed =
        refused(
            good().toBuilder()
                .addExtras(Extra.newBuilder().setCode("a"))
                .addExtras(nested)
                .putNamed("late", Extra.getDefaultInstance())
                .setFirstDay(3)
                .build());

    assertThat(Answers.violations(failed))
        .containsExactlyInAnyOrder(
            "extras[1].inner.code [string.min_len] must be at least 1 characters",
            "named[\"late\"].code [string.min_len] must be at least 1 characters",
            " [booking.days] leaves before it arrives");
  }

  @Test
  void noValueLeavesAndNoKeyIsInTheDescription() throws Exception {
    Extra secret = Extra.newBuilder().setCode("secret-0123456789").build();

    StatusRuntimeException failed =
        refused(good().toBuilder().addExtras(secret).putNamed("key-of-mine", secret).build());

    assertThat(Answers.badRequest(failed).toString())
        .doesNotContain("secret")
        .contains("key-of-mine");
    assertThat(failed.getStatus().getDescription())
        .doesNotContain("secret")
        .doesNotContain("key-of-mine")
        .contains("named[].code [string.max_len]");
  }

  @Test
  void onlySoManyBrokenRulesAreTold() throws Exception {
    BookRequest.Builder many = good().toBuilder();
    for (int i = 0; i < 51; i++) {
      many.putNamed("k".repeat(100) + i, Extra.getDefaultInstance());
    }

    StatusRuntimeException failed = refused(many.build());

    assertThat(Answers.violations(failed)).hasSize(10);
    assertThat(failed.getStatus().getDescription()).endsWith(" and 48 more");
    assertThat(Answers.badRequest(failed).getFieldViolations(0).getField().length())
        .isLessThan(100);
  }

  @Test
  void ofALargeRequestTheFirstBrokenRuleIsTold() throws Exception {
    BookRequest.Builder many = good().toBuilder();
    for (int i = 0; i <= RequestRules.WHOLE_LIST_BYTES / 2; i++) {
      many.addExtras(Extra.getDefaultInstance());
    }

    StatusRuntimeException failed = refused(many.build());

    assertThat(Answers.violations(failed))
        .containsExactly("extras[0].code [string.min_len] must be at least 1 characters");
  }

  @Test
  void detailsFitTheTrailersWhateverIsAllowed() throws Exception {
    try (Loopback generous = Loopback.serving(bookings, Validation.server(100))) {
      BookRequest.Builder many = good().toBuilder();
      for (int i = 0; i < 100; i++) {
        many.putNamed("k".repeat(100) + i, Extra.getDefaultInstance());
      }

      StatusRuntimeException failed =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> BookingServiceGrpc.newBlockingStub(generous.channel()).book(many.build()));

      assertThat(Answers.badRequest(failed).getSerializedSize()).isBetween(3000, 4500);
    }
  }

  @Test
  void rulesThatCannotAnswerLetNothingThrough() {
    BookingServiceBlockingStub stub = BookingServiceGrpc.newBlockingStub(loopback.channel());

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.split(SplitRequest.newBuilder().setAmount(7).build()));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failed.getStatus().getDescription())
        .isEqualTo("The rules of platform.test.v1.SplitRequest cannot answer");
  }

  @Test
  void aMethodWithoutRulesIsNotWrapped() {
    ServerFeature validation = Validation.server();

    assertThat(plan(validation, BookingServiceGrpc.getCancelMethod())).isNull();
    assertThat(plan(validation, BookingServiceGrpc.getBookMethod())).isNotNull();
    assertThat(
            BookingServiceGrpc.newBlockingStub(loopback.channel())
                .cancel(CancelRequest.getDefaultInstance()))
        .isNotNull();
  }

  private static StagePlan plan(ServerFeature feature, MethodDescriptor<?, ?> method) {
    return feature.plan(CallKey.of("", method), method);
  }

  @Test
  void theCallersBreakerCountsItAsSuccess() throws Exception {
    LinkedBlockingQueue<Outcome> heard = new LinkedBlockingQueue<>();
    ClientFeature listening =
        new ClientFeature() {
          @Override
          public ClientStage stage() {
            return ClientStage.CIRCUIT_BREAKER;
          }

          @Override
          public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
            return call -> heard::add;
          }
        };
    BookingServiceBlockingStub stub =
        BookingServiceGrpc.newBlockingStub(loopback.channel(listening));

    assertThatThrownBy(() -> stub.book(bad())).isInstanceOf(StatusRuntimeException.class);

    assertThat(heard.poll(10, TimeUnit.SECONDS).kind()).isEqualTo(Outcome.Kind.SUCCESS);
  }

  @Test
  void rulesThatDoNotCompileFailWhereTheServiceIsBound() {
    ServerPipeline pipeline = ServerPipeline.of(List.of(Validation.server()));

    assertThatThrownBy(
            () -> pipeline.bind(new UnclearServiceImplBase() {}.bindService(), List.of()))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("platform.test.v1.Unclear]")
        .hasMessageContaining("unclear.nights")
        .hasMessageContaining("undefined field 'nights'");
  }

  @Test
  void rulesAreCompiledBeforeTheFirstCall() {
    List<String> seen = new ArrayList<>();
    Validator real = ValidatorFactory.newBuilder().build();
    Validator watched =
        message -> {
          seen.add(message.getDescriptorForType().getName());
          return real.validate(message);
        };
    ServerFeature validation =
        new ValidationServerStage(
            Settings.live().settings(), () -> new RequestRules(watched, watched));

    ServerPipeline.of(List.of(validation)).bind(bookings.bindService(), List.of());

    assertThat(seen).containsOnly("BookRequest", "SplitRequest").hasSize(4);
  }
}
