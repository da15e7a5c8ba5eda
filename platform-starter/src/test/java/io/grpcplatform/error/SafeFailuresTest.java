package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.DebugInfo;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What of a failure leaves a service, read by a client that knows nothing of the starter. */
final class SafeFailuresTest {

  private static final String SECRET = "jdbc:h2:password=hunter2";
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final Metadata.Key<String> HINT =
      Metadata.Key.of("x-hint", Metadata.ASCII_STRING_MARSHALLER);

  private final ServerFeature safe =
      new ErrorServerStage(new SafeStatus(false, () -> 0xBEEFL, unadvised -> null));
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger().addAppender(log);
    logger().setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(log);
    logger().setAdditive(true);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(SafeStatus.class);
  }

  static Stream<Named<Consumer<StreamObserver<EchoResponse>>>> unexpected() {
    return Stream.of(
        Named.of(
            "thrown",
            response -> {
              throw new IllegalStateException(SECRET, new IllegalArgumentException(SECRET));
            }),
        Named.of("onError", response -> response.onError(new IllegalStateException(SECRET))),
        Named.of(
            "error",
            response -> {
              throw new AssertionError(SECRET);
            }),
        Named.of(
            "thrown OK",
            response -> {
              throw Status.OK.withDescription(SECRET).asRuntimeException();
            }));
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void unexpectedExceptionsLeaveNothingButAnId(Consumer<StreamObserver<EchoResponse>> handler)
      throws Exception {
    try (Hop hop = new Hop(handler, safe)) {

      StatusRuntimeException unary = failed(hop);
      Status stream = streamed(hop);

      for (Status seen : new Status[] {unary.getStatus(), stream}) {
        assertThat(seen.getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(seen.getDescription()).isEqualTo("Internal error, id 000000000000beef");
      }
      assertThat(String.valueOf(unary.getTrailers())).doesNotContain("hunter2", "Exception");
      assertThat(log.list).hasSize(2);
      ILoggingEvent line = log.list.get(0);
      assertThat(line.getLevel()).isEqualTo(Level.ERROR);
      assertThat(line.getFormattedMessage())
          .isEqualTo(
              "platform.test.v1.EchoService/Unary failed, answered INTERNAL with the id"
                  + " 000000000000beef");
      assertThat(line.getThrowableProxy().getStackTraceElementProxyArray()).isNotEmpty();
      assertThat(ThrowableProxyUtil.asString(line.getThrowableProxy()))
          .startsWith("io.grpcplatform.MessageWithheld: ")
          .doesNotContain("hunter2");
    }
  }

  @Test
  void messagesOfAnExceptionAreForDebugAlone() throws Exception {
    logger().setLevel(Level.DEBUG);
    try (Hop hop = new Hop(response -> rethrowPlain(), safe)) {

      failed(hop);

      assertThat(log.list)
          .extracting(ILoggingEvent::getLevel)
          .containsExactly(Level.ERROR, Level.DEBUG);
      assertThat(log.list.get(0).getThrowableProxy().getMessage())
          .isEqualTo("java.lang.IllegalStateException");
      assertThat(log.list.get(1).getThrowableProxy().getMessage()).isEqualTo(SECRET);
      assertThat(log.list.get(1).getFormattedMessage()).contains("000000000000beef");
    } finally {
      logger().setLevel(null);
    }
  }

  @Test
  void failureOfATracedCallIsNamedByItsTrace() throws Exception {
    ServerFeature tracing =
        feature(
            ServerStage.TELEMETRY,
            call ->
                new CallHook() {
                  @Override
                  public String traceId() {
                    return "4bf92f3577b34da6a3ce929d0e0e4736";
                  }

                  @Override
                  public void ended(Outcome outcome) {}
                });
    try (Hop hop =
        new Hop(response -> response.onError(new IllegalStateException()), tracing, safe)) {

      StatusRuntimeException failed = failed(hop);

      assertThat(failed.getStatus().getDescription())
          .isEqualTo("Internal error, id 4bf92f3577b34da6a3ce929d0e0e4736");
      assertThat(log.list.get(0).getFormattedMessage())
          .endsWith("with the id 4bf92f3577b34da6a3ce929d0e0e4736");
    }
  }

  static Stream<Named<Consumer<StreamObserver<EchoResponse>>>> chosen() {
    Status status = Status.FAILED_PRECONDITION.withDescription("sold out").withCause(new Error());
    return Stream.of(
        Named.of(
            "thrown",
            response -> {
              throw status.asRuntimeException(hint());
            }),
        Named.of("onError", response -> response.onError(status.asException(hint()))),
        Named.of(
            "wrapped by a future",
            response -> {
              throw new CompletionException(status.asRuntimeException(hint()));
            }));
  }

  private static Metadata hint() {
    Metadata trailers = new Metadata();
    trailers.put(HINT, "try the blue one");
    return trailers;
  }

  @ParameterizedTest
  @MethodSource("chosen")
  void chosenStatusLeavesAsItIs(Consumer<StreamObserver<EchoResponse>> handler) throws Exception {
    try (Hop hop = new Hop(handler, safe)) {

      StatusRuntimeException failed = failed(hop);

      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(failed.getStatus().getDescription()).isEqualTo("sold out");
      assertThat(failed.getTrailers().get(HINT)).isEqualTo("try the blue one");
      assertThat(log.list).isEmpty();
    }
  }

  @Test
  void refusalIsReadByABareClient() throws Exception {
    ServerFeature refusing =
        feature(
            ServerStage.LOAD_SHEDDING,
            call -> {
              throw new Refusal(
                  Refusal.Reason.OVERLOADED, "too much to do", Duration.ofMillis(1050));
            });
    try (Hop hop = new Hop(StreamObserver::onCompleted, safe, refusing)) {

      StatusRuntimeException failed = failed(hop);

      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failed.getStatus().getDescription()).isEqualTo("too much to do");
      com.google.rpc.Status details = StatusProto.fromThrowable(failed);
      ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
      assertThat(info.getDomain()).isEqualTo("platform");
      assertThat(info.getReason()).isEqualTo("OVERLOADED");
      RetryInfo retry = details.getDetails(1).unpack(RetryInfo.class);
      assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);
      assertThat(retry.getRetryDelay().getNanos()).isEqualTo(50_000_000);
    }
  }

  @Test
  void downstreamAnswerLeavesWithoutItsWords() throws Exception {
    try (Hop back = new Hop(response -> response.onError(applicationError()), safe);
        Hop front = new Hop(response -> response.onError(failed(back.furtherDown())), safe);
        Hop throwing = new Hop(response -> rethrow(failed(back.furtherDown())), safe)) {

      for (Hop hop : new Hop[] {front, throwing}) {
        StatusRuntimeException failed = failed(hop);

        assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(failed.getStatus().getDescription())
            .isEqualTo("A service that this one calls answered NOT_FOUND");
        assertThat(failed.getTrailers().get(HINT)).isNull();
        assertThat(failed.getTrailers().keys()).doesNotContain("x-platform-downstream");
        assertThat(reason(failed)).isEqualTo("shop/NO_SUCH_ORDER");
        assertThat(failed.getTrailers().toString()).doesNotContain("hunter2");
      }
    }
  }

  @Test
  void oneFailureSharedByTwoCallsLeavesBothWithoutItsWords() throws Exception {
    try (Hop back = new Hop(response -> response.onError(applicationError()), safe)) {
      StatusRuntimeException shared = failed(back.furtherDown());
      try (Hop front = new Hop(response -> response.onError(shared), safe)) {

        StatusRuntimeException first = failed(front);
        StatusRuntimeException second = failed(front);

        assertThat(first.getStatus().getDescription()).doesNotContain("hunter2");
        assertThat(second.getStatus().getDescription())
            .isEqualTo("A service that this one calls answered NOT_FOUND");
        assertThat(reason(second)).isEqualTo("shop/NO_SUCH_ORDER");
      }
    }
  }

  @Test
  void anothersRequestFieldsAndStacksAreNotPassedOn() throws Exception {
    StatusRuntimeException wrong = applicationError();
    com.google.rpc.Status all =
        StatusProto.fromThrowable(wrong).toBuilder()
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder().setField("their.field"))
                        .build()))
            .addDetails(Any.pack(DebugInfo.newBuilder().addStackEntries("at their.Code").build()))
            .build();
    com.google.rpc.Status only = all.toBuilder().removeDetails(0).build();
    try (Hop back =
            new Hop(response -> response.onError(StatusProto.toStatusException(all)), safe);
        Hop front = new Hop(response -> response.onError(failed(back.furtherDown())), safe);
        Hop bare =
            new Hop(response -> response.onError(StatusProto.toStatusException(only)), safe);
        Hop before = new Hop(response -> response.onError(failed(bare.furtherDown())), safe)) {

      StatusRuntimeException failed = failed(front);

      assertThat(StatusProto.fromThrowable(failed).getDetailsList()).hasSize(1);
      assertThat(reason(failed)).isEqualTo("shop/NO_SUCH_ORDER");
      assertThat(failed(before).getTrailers().keys()).doesNotContain("grpc-status-details-bin");
    }
  }

  @Test
  void debugInfoOfAnEndlessMessageStillArrives() throws Exception {
    ServerFeature open =
        new ErrorServerStage(new SafeStatus(true, () -> 0xBEEFL, unadvised -> null));
    String endless = "\u00fc".repeat(20_000);
    try (Hop hop =
        new Hop(response -> response.onError(new IllegalStateException(endless)), open)) {

      StatusRuntimeException failed = failed(hop);

      assertThat(failed.getStatus().getDescription())
          .startsWith(
              "Internal error, id 000000000000beef: java.lang.IllegalStateException: \u00fc")
          .endsWith("...");
      assertThat(StatusProto.fromThrowable(failed).getDetails(0).is(DebugInfo.class)).isTrue();
    }
  }

  private static void rethrow(StatusRuntimeException failed) {
    throw failed;
  }

  private static StatusRuntimeException applicationError() {
    StatusRuntimeException error =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.NOT_FOUND.value())
                .setMessage(SECRET)
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setDomain("shop")
                            .setReason("NO_SUCH_ORDER")
                            .build()))
                .build());
    error.getTrailers().put(HINT, SECRET);
    return error;
  }

  private static String reason(StatusRuntimeException failed)
      throws InvalidProtocolBufferException {
    com.google.rpc.Status details = StatusProto.fromThrowable(failed);
    ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
    return info.getDomain() + "/" + info.getReason();
  }

  @Test
  void downstreamRefusalIsNotThisServicesRefusal() throws Exception {
    ServerFeature refusing =
        feature(
            ServerStage.LOAD_SHEDDING,
            call -> {
              throw new Refusal(Refusal.Reason.OVERLOADED, "busy", Duration.ofSeconds(61));
            });
    try (Hop back = new Hop(StreamObserver::onCompleted, safe, refusing);
        Hop front = new Hop(response -> rethrow(failed(back.furtherDown())), safe)) {

      StatusRuntimeException failed = failed(front);

      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Refusal.reasonOf(failed.getTrailers())).isNull();
      assertThat(failed.getTrailers().keys()).doesNotContain("grpc-retry-pushback-ms");
    }
  }

  @Test
  void debugInfoSendsTheExceptionAndTheWords() throws Exception {
    ServerFeature open =
        new ErrorServerStage(new SafeStatus(true, () -> 0xBEEFL, unadvised -> null));
    try (Hop hop = new Hop(response -> rethrowPlain(), open);
        Hop back = new Hop(response -> response.onError(applicationError()), open);
        Hop front = new Hop(response -> rethrow(failed(back.furtherDown())), open)) {

      StatusRuntimeException failed = failed(hop);
      StatusRuntimeException passedOn = failed(front);

      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
      assertThat(failed.getStatus().getDescription())
          .isEqualTo(
              "Internal error, id 000000000000beef: java.lang.IllegalStateException: " + SECRET);
      DebugInfo info = StatusProto.fromThrowable(failed).getDetails(0).unpack(DebugInfo.class);
      assertThat(info.getStackEntries(0)).contains("SafeFailuresTest.rethrowPlain");
      assertThat(log.list).hasSize(1);
      assertThat(log.list.get(0).getThrowableProxy().getMessage()).isEqualTo(SECRET);
      assertThat(passedOn.getStatus().getDescription()).isEqualTo(SECRET);
      assertThat(passedOn.getTrailers().keys()).doesNotContain("x-platform-downstream");
    }
  }

  private static void rethrowPlain() {
    throw new IllegalStateException(SECRET);
  }

  private static StatusRuntimeException failed(Hop hop) {
    return failed(hop.bare());
  }

  private static StatusRuntimeException failed(EchoServiceGrpc.EchoServiceBlockingStub stub) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> stub.withDeadlineAfter(10, TimeUnit.SECONDS).unary(HELLO));
  }

  private static Status streamed(Hop hop) throws Exception {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    StreamObserver<EchoRequest> requests =
        hop.bareStreaming()
            .bidi(
                new StreamObserver<>() {
                  @Override
                  public void onNext(EchoResponse response) {}

                  @Override
                  public void onError(Throwable failed) {
                    ended.complete(Status.fromThrowable(failed));
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(Status.OK);
                  }
                });
    requests.onNext(HELLO);
    return ended.get(10, TimeUnit.SECONDS);
  }

  private static ServerFeature feature(ServerStage stage, StagePlan plan) {
    return new ServerFeature() {
      @Override
      public ServerStage stage() {
        return stage;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return plan;
      }
    };
  }
}
