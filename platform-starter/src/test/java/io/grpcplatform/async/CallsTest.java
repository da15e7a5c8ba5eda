package io.grpcplatform.async;

import static io.grpcplatform.async.HeldCalls.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.async.HeldCalls.Held;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One call of any kind of stub, as a future, as callbacks and waited for. */
final class CallsTest {

  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  private HeldCalls server;

  /** Whose method becomes a call. */
  enum Stub {
    ASYNC,
    FUTURE,
    BLOCKING,
    BLOCKING_V2;

    Call<EchoResponse> call(HeldCalls server, String text) {
      return switch (this) {
        case ASYNC -> Calls.of(server.stub()::unary, request(text));
        case FUTURE ->
            Calls.of(EchoServiceGrpc.newFutureStub(server.channel)::unary, request(text));
        case BLOCKING ->
            Calls.of(
                EchoServiceGrpc.newBlockingStub(server.channel)::unary, request(text), THREADS);
        case BLOCKING_V2 ->
            Calls.of(
                EchoServiceGrpc.newBlockingV2Stub(server.channel)::unary, request(text), THREADS);
      };
    }
  }

  @BeforeEach
  void serve() throws Exception {
    server = new HeldCalls();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @AfterAll
  static void endThreads() {
    THREADS.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void aStubsMethodIsAnsweredAsAFuture(Stub stub) throws Exception {
    CompletableFuture<EchoResponse> answer = stub.call(server, "echo me").start();

    assertThat(answer.get(10, TimeUnit.SECONDS).getText()).isEqualTo("echo me");
  }

  @ParameterizedTest
  @EnumSource
  void eachStartIsACallOfItsOwn(Stub stub) {
    Call<EchoResponse> call = stub.call(server, "echo");

    call.await();
    call.await();

    assertThat(server.made).hasValue(2);
  }

  @ParameterizedTest
  @EnumSource
  void whoeverWaitsHearsTheStatusUnwrapped(Stub stub) {
    Call<EchoResponse> call = stub.call(server, "fail it");

    assertThatThrownBy(call::await)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> {
              assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
              assertThat(failed.getStatus().getDescription()).contains("fail it");
            });
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledFutureCancelsItsCall(Stub stub) throws Exception {
    CompletableFuture<EchoResponse> answer = stub.call(server, "hold").start();
    Held held = server.next();

    answer.cancel(true);

    assertThat(answer).isCancelled();
    assertThat(held.cancelledAt()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void aTimeoutOfTheFutureCancelsItsCall(Stub stub) throws Exception {
    CompletableFuture<EchoResponse> answer = stub.call(server, "hold").start();
    Held held = server.next();

    var unused = answer.orTimeout(1, TimeUnit.MILLISECONDS);

    assertThat(held.cancelledAt()).isPositive();
    assertThat(answer)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(TimeoutException.class);
  }

  @ParameterizedTest
  @EnumSource
  void deadlineAndTraceOfTheWorkGoAlong(Stub stub) throws Exception {
    Span span = server.traces.getTracer("test").spanBuilder("work").startSpan();
    Context.CancellableContext work =
        Context.current()
            .withDeadline(Deadline.after(30, TimeUnit.SECONDS), DeadlineTimer.shared());
    CompletableFuture<EchoResponse> answer;
    try (Scope scope = span.makeCurrent()) {
      assertThat(scope).isNotNull();
      answer = work.call(() -> stub.call(server, "hold").start());
    }

    Held held = server.next();

    assertThat(held.traceId()).isEqualTo(span.getSpanContext().getTraceId());
    assertThat(held.deadline()).isNotNull();
    assertThat(held.deadline().timeRemaining(TimeUnit.MILLISECONDS)).isBetween(1L, 30_000L);
    work.cancel(null);
    assertThat(held.cancelledAt()).isPositive();
    assertThatThrownBy(() -> Calls.await(answer))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED));
  }

  @Test
  void callbacksHearOneOfTheTwoEnds() throws Exception {
    CompletableFuture<String> told = new CompletableFuture<>();
    CompletableFuture<Throwable> failed = new CompletableFuture<>();

    Future<EchoResponse> good =
        Calls.of(server.stub()::unary, request("echo"))
            .start(answer -> told.complete(answer.getText()), told::completeExceptionally);
    Future<EchoResponse> bad =
        Calls.of(server.stub()::unary, request("fail"))
            .start(answer -> failed.cancel(true), failed::complete);

    assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo("echo");
    assertThat(failed.get(10, TimeUnit.SECONDS)).isInstanceOf(StatusRuntimeException.class);
    assertThat(good).isNotNull();
    assertThat(bad).isNotNull();
  }

  @Test
  void anInterruptCancelsWhatIsWaitedFor() throws Exception {
    CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                Calls.of(server.stub()::unary, request("hold")).await();
              } catch (StatusRuntimeException cancelled) {
                stillInterrupted.complete(Thread.currentThread().isInterrupted());
              }
            });
    waiting.start();
    Held held = server.next();

    waiting.interrupt();

    assertThat(held.cancelledAt()).isPositive();
    assertThat(stillInterrupted.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aMethodThatStreamsItsAnswersIsToldApart() {
    Call<EchoResponse> streaming =
        Calls.of(server.stub()::serverStream, request("twice").toBuilder().setRepeat(2).build());

    assertThatThrownBy(streaming::await)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> {
              assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
              assertThat(failed.getStatus().getDescription()).contains("not unary");
            });
  }

  @Test
  void aBlockingCallWithoutAThreadIsNotMade() {
    ExecutorService ended = Executors.newCachedThreadPool();
    ended.shutdown();
    Call<EchoResponse> call =
        Calls.of(EchoServiceGrpc.newBlockingStub(server.channel)::unary, request("echo"), ended);

    assertThatThrownBy(call::await)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed ->
                assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(server.made).hasValue(0);
  }

  @Test
  void aBlockingCallThatWasCancelledBeforeIsNotMade() throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    CountDownLatch busy = new CountDownLatch(1);
    one.execute(
        () -> {
          try {
            busy.await();
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
        });
    CompletableFuture<EchoResponse> answer =
        Calls.of(EchoServiceGrpc.newBlockingStub(server.channel)::unary, request("echo"), one)
            .start();

    answer.cancel(true);
    busy.countDown();
    one.shutdown();

    assertThat(one.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.made).hasValue(0);
  }

  @Test
  void monosMakeACallForEachSubscription() throws Exception {
    var mono = ReactorCalls.mono(Calls.of(server.stub()::unary, request("hold")));
    AtomicInteger answers = new AtomicInteger();

    var first = mono.subscribe(answer -> answers.incrementAndGet());
    Held cancelled = server.next();
    first.dispose();
    CompletableFuture<EchoResponse> second = mono.toFuture();
    Held answered = server.next();
    answered.answer();

    assertThat(cancelled.cancelledAt()).isPositive();
    assertThat(second.get(10, TimeUnit.SECONDS).getText()).isEqualTo("hold");
    assertThat(answers).hasValue(0);
  }

  @Test
  void aMonoFailsWithTheStatus() {
    var mono = ReactorCalls.mono(Calls.of(server.stub()::unary, request("fail")));

    assertThatThrownBy(mono::block)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void twoKindsOfAnswersAreCombined() throws Exception {
    Call<EchoResponse> text = Calls.of(server.stub()::unary, request("echo 3"));
    Call<Integer> number = () -> CompletableFuture.completedFuture(4);

    CompletableFuture<List<Object>> both =
        Calls.both(text, number, (answer, four) -> List.of(answer.getText(), four));

    assertThat(both.get(10, TimeUnit.SECONDS)).isEqualTo(List.of("echo 3", 4));
  }
}
