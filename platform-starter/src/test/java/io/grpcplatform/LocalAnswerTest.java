package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A unary call that is answered in place of a refusal: one end for each hook, whatever happens. */
final class LocalAnswerTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final EchoResponse LOCAL = EchoResponse.newBuilder().setText("local").build();

  private final CountingFeature outer = new CountingFeature();
  private final CountingFeature inner = new CountingFeature();
  private Loopback loopback;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private io.grpc.Channel answering(
      Function<Object, @Nullable Object> answer, boolean reportedAsSuccess) {
    Refusal refusal = new Refusal(Refusal.Reason.CIRCUIT_OPEN, "The backend is down", null);
    return loopback.channel(
        outer.on(ClientStage.TELEMETRY),
        CountingFeature.client(
            ClientStage.CIRCUIT_BREAKER,
            call -> {
              throw refusal.answeredBy(new LocalAnswer(answer, reportedAsSuccess));
            }),
        inner.on(ClientStage.SECURITY));
  }

  /** What a caller that leads its call by hand hears. */
  private static final class Heard extends ClientCall.Listener<EchoResponse> {
    private final List<String> all = new ArrayList<>();

    @Override
    public void onHeaders(Metadata headers) {
      all.add("headers");
    }

    @Override
    public void onMessage(EchoResponse message) {
      all.add(message.getText());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      all.add(status.getCode().name());
    }
  }

  private ClientCall<EchoRequest, EchoResponse> call(Heard heard) {
    return call(heard, request -> LOCAL, CallOptions.DEFAULT);
  }

  private ClientCall<EchoRequest, EchoResponse> call(
      Heard heard, Function<Object, @Nullable Object> answer, CallOptions options) {
    ClientCall<EchoRequest, EchoResponse> call =
        answering(answer, false).newCall(EchoServiceGrpc.getUnaryMethod(), options);
    call.start(heard, new Metadata());
    return call;
  }

  private static CallOptions on(Executor executor) {
    return CallOptions.DEFAULT.withExecutor(executor);
  }

  private void assertOneEnd() {
    assertThat(outer.begun.sum()).isEqualTo(1);
    assertThat(outer.ended.sum()).isEqualTo(1);
    assertThat(outer.twice).hasValue(0);
    assertThat(inner.begun.sum()).as("a stage further in").isZero();
  }

  @Test
  void theCallerHearsAnAnswerAndHooksARefusal() {
    EchoResponse answer =
        EchoServiceGrpc.newBlockingStub(
                answering(
                    request ->
                        EchoResponse.newBuilder()
                            .setText(((EchoRequest) request).getText() + " from here")
                            .build(),
                    false))
            .unary(HELLO);

    assertThat(answer.getText()).isEqualTo("hello from here");
    assertOneEnd();
    assertThat(outer.last.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(outer.last.refusal().reason()).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    assertThat(outer.last.local()).isTrue();
    assertThat(outer.last.kind()).isEqualTo(Outcome.Kind.IGNORED);
  }

  @Test
  void reportedAsSuccessItIsOkWithTheRefusalKept() {
    EchoServiceGrpc.newBlockingStub(answering(request -> LOCAL, true)).unary(HELLO);

    assertOneEnd();
    assertThat(outer.last.status().isOk()).isTrue();
    assertThat(outer.last.refusal().reason()).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    assertThat(outer.last.kind()).isEqualTo(Outcome.Kind.SUCCESS);
  }

  @Test
  void noAnswerLeavesItAtTheRefusal() {
    StatusRuntimeException refused = refusedBy(request -> null);

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    assertOneEnd();
    assertThat(outer.last.refusal().reason()).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
  }

  @Test
  void anAnswerThatThrowsLeavesItAtTheRefusal() {
    StatusRuntimeException refused =
        refusedBy(
            request -> {
              throw new IllegalStateException("a fallback with a bug");
            });

    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    assertOneEnd();
  }

  private StatusRuntimeException refusedBy(Function<Object, @Nullable Object> answer) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> EchoServiceGrpc.newBlockingStub(answering(answer, true)).unary(HELLO));
  }

  @Test
  void nothingIsToldBeforeItIsAskedFor() {
    Heard heard = new Heard();
    ClientCall<EchoRequest, EchoResponse> call = call(heard);

    call.sendMessage(HELLO);
    call.halfClose();
    assertThat(heard.all).isEmpty();
    call.request(1);

    assertThat(heard.all).containsExactly("headers", "local", "OK");
    assertOneEnd();
  }

  @Test
  void aCancelBeforeTheAnswerIsACancel() {
    Heard heard = new Heard();
    ClientCall<EchoRequest, EchoResponse> call = call(heard);

    call.request(2);
    call.sendMessage(HELLO);
    call.cancel("changed my mind", null);
    call.halfClose();

    assertThat(heard.all).containsExactly("CANCELLED");
    assertOneEnd();
    assertThat(outer.last.local()).isTrue();
  }

  @Test
  void aCancelledCallGetsNoAnswerThatWaited() {
    Heard heard = new Heard();
    Queue<Runnable> waiting = new ArrayDeque<>();
    List<Object> asked = new ArrayList<>();
    ClientCall<EchoRequest, EchoResponse> call =
        call(
            heard,
            request -> {
              asked.add(request);
              return LOCAL;
            },
            on(waiting::add));

    call.request(2);
    call.sendMessage(HELLO);
    call.halfClose();
    call.cancel("changed my mind", null);
    waiting.forEach(Runnable::run);

    assertThat(heard.all).containsExactly("CANCELLED");
    assertThat(asked).isEmpty();
    assertOneEnd();
    assertThat(outer.last.local()).isTrue();
  }

  @Test
  void aCancelWhileTheAnswerIsMadeKeepsItBack() {
    Heard heard = new Heard();
    List<ClientCall<EchoRequest, EchoResponse>> running = new ArrayList<>();
    ClientCall<EchoRequest, EchoResponse> call =
        call(
            heard,
            request -> {
              running.get(0).cancel("changed my mind", null);
              return LOCAL;
            },
            CallOptions.DEFAULT);
    running.add(call);

    call.request(2);
    call.sendMessage(HELLO);
    call.halfClose();

    assertThat(heard.all).containsExactly("CANCELLED");
    assertOneEnd();
  }

  @Test
  void anAnswerThatFailsHardLeavesItAtTheRefusal() {
    Heard heard = new Heard();
    ClientCall<EchoRequest, EchoResponse> call =
        call(
            heard,
            request -> {
              throw new ExceptionInInitializerError("a fallback that cannot be loaded");
            },
            CallOptions.DEFAULT);

    call.request(2);
    call.sendMessage(HELLO);
    Throwable thrown = catchThrowable(call::halfClose);

    assertThat(heard.all).containsExactly("UNAVAILABLE");
    assertThat(thrown).isNull();
    assertOneEnd();
  }

  @Test
  void anExecutorThatTakesNothingStillEndsTheCall() {
    Heard heard = new Heard();
    ClientCall<EchoRequest, EchoResponse> call =
        call(
            heard,
            request -> LOCAL,
            on(
                task -> {
                  throw new RejectedExecutionException("shut down");
                }));

    call.request(2);
    call.sendMessage(HELLO);
    Throwable thrown = catchThrowable(call::halfClose);

    assertThat(thrown).isNull();
    assertThat(heard.all).containsExactly("headers", "local", "OK");
    assertOneEnd();
  }

  @Test
  void aStageThatEndsItFirstDecides() {
    Heard heard = new Heard();
    ClientCall<EchoRequest, EchoResponse> call = call(heard);

    call.request(2);
    outer.control.end(Status.DEADLINE_EXCEEDED, new Metadata());
    call.sendMessage(HELLO);
    call.halfClose();

    assertThat(heard.all).containsExactly("DEADLINE_EXCEEDED");
    assertOneEnd();
    assertThat(outer.last.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aCallerThatFailsToTakeItIsToldCancelled() {
    List<Status> closed = new ArrayList<>();
    ClientCall<EchoRequest, EchoResponse> call =
        answering(request -> LOCAL, true)
            .newCall(EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(EchoResponse message) {
            throw new IllegalStateException("a caller with a bug");
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.add(status);
          }
        },
        new Metadata());

    call.request(2);
    call.sendMessage(HELLO);
    call.halfClose();

    assertThat(closed).extracting(Status::getCode).containsExactly(Status.Code.CANCELLED);
    assertOneEnd();
  }

  @Test
  void callbacksOnAnExecutorRunInTheCallersContext() throws Exception {
    Context.Key<String> who = Context.key("who");
    Queue<Runnable> waiting = new ArrayDeque<>();
    List<@Nullable String> heard = new ArrayList<>();
    ClientCall.Listener<EchoResponse> listener =
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            heard.add(status.getCode() + " " + who.get());
          }
        };
    io.grpc.Channel channel = answering(request -> LOCAL, true);
    ClientCall<EchoRequest, EchoResponse> answered =
        channel.newCall(EchoServiceGrpc.getUnaryMethod(), on(waiting::add));
    ClientCall<EchoRequest, EchoResponse> refused =
        channel.newCall(EchoServiceGrpc.getBidiMethod(), on(waiting::add));

    Context.current()
        .withValue(who, "caller")
        .run(
            () -> {
              answered.start(listener, new Metadata());
              refused.start(listener, new Metadata());
            });
    answered.request(2);
    answered.sendMessage(HELLO);
    answered.halfClose();
    waiting.forEach(Runnable::run);

    assertThat(heard).containsExactly("UNAVAILABLE caller", "OK caller");
  }

  @Test
  void aStreamIsRefusedAllTheSame() {
    Heard heard = new Heard();
    answering(request -> LOCAL, true)
        .newCall(EchoServiceGrpc.getBidiMethod(), CallOptions.DEFAULT)
        .start(heard, new Metadata());

    assertThat(heard.all).containsExactly("UNAVAILABLE");
    assertOneEnd();
  }
}
