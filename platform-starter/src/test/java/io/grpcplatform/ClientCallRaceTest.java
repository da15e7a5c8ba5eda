package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The client's machine on a scripted transport: whatever races, each begun hook hears one end. */
final class ClientCallRaceTest {

  private static final int ROUNDS = 100_000;
  private static final MethodDescriptor<EchoRequest, EchoResponse> BIDI =
      EchoServiceGrpc.getBidiMethod();

  @Test
  void everyBegunHookHearsOneEndInRaces() throws Exception {
    CountingFeature outer = new CountingFeature();
    CountingFeature inner = new CountingFeature();
    Troublemaker trouble = new Troublemaker();
    ClientPipeline pipeline =
        ClientPipeline.of(
            "scripted",
            List.of(
                outer.on(ClientStage.TELEMETRY),
                CountingFeature.client(ClientStage.BULKHEAD, trouble),
                inner.on(ClientStage.FAULT)));
    Round[] rounds = new Round[ROUNDS];
    SplittableRandom random = new SplittableRandom(20261101);
    for (int i = 0; i < ROUNDS; i++) {
      rounds[i] = new Round(pipeline, random);
    }

    LockStep step = new LockStep();
    CompletableFuture<Void> racer =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < ROUNDS; i++) {
                step.secondAt(i + 1);
                rounds[i].disturb();
              }
            });
    for (int i = 0; i < ROUNDS; i++) {
      trouble.next = rounds[i].begin;
      step.firstAt(i + 1);
      rounds[i].drive();
    }
    racer.get(60, TimeUnit.SECONDS);
    for (Round round : rounds) {
      round.settle();
    }

    int told = 0;
    int started = 0;
    for (Round round : rounds) {
      assertThat(round.caller.closes.get()).as("%s", round).isLessThanOrEqualTo(1);
      if (round.startReturned) {
        started++;
        told += round.caller.closes.get();
      }
    }
    assertThat(told).as("each caller whose start returned heard one onClose").isEqualTo(started);
    assertThat(outer.begun.sum()).isPositive();
    assertThat(outer.ended.sum()).isEqualTo(outer.begun.sum());
    assertThat(inner.ended.sum()).isEqualTo(inner.begun.sum());
    assertThat(trouble.ended.get()).isEqualTo(trouble.begun.get());
    assertThat(outer.twice.get() + inner.twice.get()).isZero();
    assertThat(inner.begun.sum())
        .as("refused calls never reach later stages")
        .isLessThan(outer.begun.sum());
  }

  private enum Begin {
    PASS,
    REFUSE,
    THROW,
    END_AT_ONCE
  }

  /**
   * A stage that refuses, throws in begin, ends calls at once, and whose hook throws wherever it
   * can.
   */
  private static final class Troublemaker implements StagePlan {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    volatile Begin next = Begin.PASS;

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      switch (next) {
        case REFUSE -> throw new Refusal(Refusal.Reason.BULKHEAD_FULL, "full", null);
        case THROW -> throw new IllegalArgumentException("a stage that fails");
        case END_AT_ONCE -> call.control().end(Status.ABORTED, new Metadata());
        default -> {}
      }
      begun.incrementAndGet();
      return new CallHook() {
        @Override
        public void headers(Metadata headers) {
          throw new IllegalStateException("a hook that fails");
        }

        @Override
        public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
          throw new IllegalStateException("a hook that fails");
        }

        @Override
        public void ended(Outcome outcome) {
          ended.incrementAndGet();
          throw new IllegalStateException("a hook that fails");
        }
      };
    }
  }

  /** One call, what its caller does, and what happens to it meanwhile. */
  private static final class Round {
    final Begin begin;
    final boolean startThrows;
    final boolean answersInsideStart;
    final int disturbance;
    final ScriptedCall transport;
    final ClientCall<EchoRequest, EchoResponse> call;
    final Caller caller = new Caller();
    volatile boolean startReturned;

    Round(ClientPipeline pipeline, SplittableRandom random) {
      int draw = random.nextInt(40);
      begin =
          draw < 3
              ? Begin.REFUSE
              : draw < 5 ? Begin.THROW : draw < 8 ? Begin.END_AT_ONCE : Begin.PASS;
      startThrows = random.nextInt(20) == 0;
      answersInsideStart = random.nextInt(10) == 0;
      disturbance = random.nextInt(5);
      transport = new ScriptedCall(startThrows, answersInsideStart);
      call = pipeline.interceptCall(BIDI, CallOptions.DEFAULT, new ScriptedChannel(transport));
    }

    void drive() {
      try {
        call.start(caller, new Metadata());
        startReturned = true;
      } catch (IllegalStateException expected) {
        return;
      }
      try {
        call.request(1);
        call.sendMessage(EchoRequest.getDefaultInstance());
        call.halfClose();
      } catch (IllegalStateException cancelledMeanwhile) {
        // As grpc-java does for a caller that sends after its own cancel.
      }
    }

    void disturb() {
      switch (disturbance) {
        case 0 -> call.cancel("raced", null);
        case 1 -> ((CallControl) call).end(Status.DEADLINE_EXCEEDED, new Metadata());
        case 2 -> ((CallControl) call).end(new Refusal(Refusal.Reason.STREAM_IDLE, "idle", null));
        case 3 -> {
          transport.close(Status.DEADLINE_EXCEEDED);
          call.cancel("after close", null);
        }
        default -> transport.close(Status.OK);
      }
    }

    /** The transport ends whatever was left open. */
    void settle() {
      transport.close(Status.OK);
    }

    @Override
    public String toString() {
      return begin + " throws=" + startThrows + " inside=" + answersInsideStart + " " + disturbance;
    }
  }

  private static final class Caller extends ClientCall.Listener<EchoResponse> {
    final AtomicInteger closes = new AtomicInteger();

    @Override
    public void onClose(Status status, Metadata trailers) {
      closes.incrementAndGet();
    }
  }

  private static final class ScriptedChannel extends Channel {
    private final ScriptedCall call;

    ScriptedChannel(ScriptedCall call) {
      this.call = call;
    }

    @Override
    @SuppressWarnings("unchecked") // the test has calls of one method only
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      return (ClientCall<Q, R>) call;
    }

    @Override
    public String authority() {
      return "scripted";
    }
  }

  /** Behaves as grpc-java's own call: one onClose after a start that returned, none otherwise. */
  private static final class ScriptedCall extends ClientCall<EchoRequest, EchoResponse> {
    private final boolean startThrows;
    private final boolean answersInsideStart;
    private @Nullable Listener<EchoResponse> listener;
    private @Nullable Status pending;
    private boolean closed;
    private boolean cancelled;

    ScriptedCall(boolean startThrows, boolean answersInsideStart) {
      this.startThrows = startThrows;
      this.answersInsideStart = answersInsideStart;
    }

    @Override
    public void start(Listener<EchoResponse> caller, Metadata headers) {
      if (startThrows) {
        throw new IllegalStateException("this transport does not start");
      }
      synchronized (this) {
        if (cancelled) {
          throw new IllegalStateException("the machine cancelled before it started");
        }
        listener = caller;
      }
      if (pending != null || answersInsideStart) {
        close(Status.OK);
      }
    }

    void close(Status status) {
      Listener<EchoResponse> told;
      synchronized (this) {
        pending = status;
        if (closed || listener == null) {
          return;
        }
        closed = true;
        told = listener;
      }
      told.onClose(status, new Metadata());
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      synchronized (this) {
        cancelled = true;
      }
      close(Status.CANCELLED.withDescription(message).withCause(cause));
    }

    @Override
    public void request(int numMessages) {}

    @Override
    public synchronized void halfClose() {
      if (cancelled && !closed) {
        throw new IllegalStateException("call was cancelled");
      }
    }

    @Override
    public void sendMessage(EchoRequest message) {
      halfClose();
    }
  }
}
