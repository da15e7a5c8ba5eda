package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
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

/** The server's machine on a scripted transport: whatever races, each begun hook hears one end. */
final class ServerCallRaceTest {

  private static final int ROUNDS = 100_000;
  private static final MethodDescriptor<EchoRequest, EchoResponse> BIDI =
      EchoServiceGrpc.getBidiMethod();

  @Test
  void everyBegunHookHearsOneEndInRaces() throws Exception {
    CountingFeature outer = new CountingFeature();
    CountingFeature inner = new CountingFeature();
    Troublemaker trouble = new Troublemaker();
    ServerPipeline pipeline =
        ServerPipeline.of(
            List.of(
                outer.on(ServerStage.TELEMETRY),
                CountingFeature.server(ServerStage.LOAD_SHEDDING, trouble),
                inner.on(ServerStage.VALIDATION)));
    Round[] rounds = new Round[ROUNDS];
    SplittableRandom random = new SplittableRandom(20261102);
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
      round.transport.streamClosed(Status.OK);
    }

    assertThat(outer.begun.sum() + outer.unseen.sum()).isEqualTo(ROUNDS);
    assertThat(outer.unseen.sum()).as("calls that ended before they began").isPositive();
    assertThat(outer.ended.sum()).isEqualTo(outer.begun.sum());
    assertThat(inner.ended.sum()).isEqualTo(inner.begun.sum());
    assertThat(trouble.ended.get()).isEqualTo(trouble.begun.get());
    assertThat(outer.done.sum())
        .as("work is over once per begun call")
        .isEqualTo(outer.begun.sum());
    assertThat(outer.twice.get() + inner.twice.get()).isZero();
    assertThat(inner.begun.sum())
        .as("refused calls never reach later stages")
        .isLessThan(outer.begun.sum());
    for (Round round : rounds) {
      assertThat(round.transport.closes.get()).as("closes of the real call").isLessThanOrEqualTo(1);
      assertThat(round.transport.overlaps.get()).as("writes at a time").isZero();
    }
  }

  private enum Begin {
    PASS,
    REFUSE,
    THROW
  }

  /** A stage that refuses, throws in begin, and whose hook throws wherever it can. */
  private static final class Troublemaker implements StagePlan {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    volatile Begin next = Begin.PASS;

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      switch (next) {
        case REFUSE -> throw new Refusal(Refusal.Reason.OVERLOADED, "busy", null);
        case THROW -> throw new IllegalArgumentException("a stage that fails");
        default -> {}
      }
      begun.incrementAndGet();
      return new CallHook() {
        @Override
        public void received(Object message) {
          throw new IllegalStateException("a hook that fails");
        }

        @Override
        public void handlerDone() {
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

  private enum Handler {
    ANSWERS,
    THROWS_IN_START,
    THROWS_IN_MESSAGE,
    NEVER_ANSWERS
  }

  /** One call, what its handler does, and what happens to it meanwhile. */
  private static final class Round implements ServerCallHandler<EchoRequest, EchoResponse> {
    final ServerPipeline pipeline;
    final Begin begin;
    final Handler handler;
    final int disturbance;
    final ScriptedServerCall transport;
    volatile @Nullable ServerCall<EchoRequest, EchoResponse> seen;

    Round(ServerPipeline pipeline, SplittableRandom random) {
      this.pipeline = pipeline;
      int draw = random.nextInt(20);
      begin = draw < 2 ? Begin.REFUSE : draw < 3 ? Begin.THROW : Begin.PASS;
      handler = List.of(Handler.values()).get(random.nextInt(4));
      disturbance = random.nextInt(5);
      transport = new ScriptedServerCall(new ServerCallTracer(pipeline, null, new Metadata()));
    }

    void drive() {
      Context context = transport.tracer.filterContext(Context.ROOT);
      Context previous = context.attach();
      try {
        var listener = pipeline.interceptCall(transport, new Metadata(), this);
        listener.onMessage(EchoRequest.getDefaultInstance());
        listener.onHalfClose();
        listener.onComplete();
      } finally {
        context.detach(previous);
      }
    }

    void disturb() {
      switch (disturbance) {
        case 0 -> transport.streamClosed(Status.CANCELLED);
        case 1 -> transport.streamClosed(Status.DEADLINE_EXCEEDED);
        case 2 -> {
          if (seen instanceof CallControl control) {
            control.end(new Refusal(Refusal.Reason.DRAINING, "stopping", null));
          }
        }
        case 3 -> {
          if (seen instanceof CallControl control) {
            control.end(Status.DEADLINE_EXCEEDED, new Metadata());
          }
          transport.streamClosed(Status.CANCELLED);
        }
        default -> {
          ServerCall<EchoRequest, EchoResponse> call = seen;
          if (call != null) {
            call.close(Status.OK, new Metadata());
          }
        }
      }
    }

    @Override
    public ServerCall.Listener<EchoRequest> startCall(
        ServerCall<EchoRequest, EchoResponse> call, Metadata headers) {
      seen = call;
      if (handler == Handler.THROWS_IN_START) {
        throw new IllegalStateException("a handler that fails");
      }
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(EchoRequest message) {
          if (handler == Handler.THROWS_IN_MESSAGE) {
            throw new IllegalStateException("a handler that fails");
          }
          call.sendHeaders(new Metadata());
          call.sendMessage(EchoResponse.getDefaultInstance());
        }

        @Override
        public void onHalfClose() {
          if (handler == Handler.ANSWERS) {
            call.close(Status.OK, new Metadata());
          }
        }
      };
    }
  }

  /** Notices writes that overlap, and tells its tracer of a close as a real transport does. */
  private static final class ScriptedServerCall extends ServerCall<EchoRequest, EchoResponse> {
    final ServerCallTracer tracer;
    final AtomicInteger closes = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger writing = new AtomicInteger();
    private final AtomicInteger streamCloses = new AtomicInteger();

    ScriptedServerCall(ServerCallTracer tracer) {
      this.tracer = tracer;
    }

    void streamClosed(Status status) {
      if (streamCloses.incrementAndGet() == 1) {
        tracer.streamClosed(status);
      }
    }

    private void write() {
      if (writing.incrementAndGet() > 1) {
        overlaps.incrementAndGet();
      }
      Thread.onSpinWait();
      writing.decrementAndGet();
    }

    @Override
    public void request(int numMessages) {}

    @Override
    public void sendHeaders(Metadata headers) {
      write();
    }

    @Override
    public void sendMessage(EchoResponse message) {
      write();
    }

    @Override
    public void close(Status status, Metadata trailers) {
      write();
      closes.incrementAndGet();
      streamClosed(status);
    }

    @Override
    public boolean isCancelled() {
      return streamCloses.get() > 0;
    }

    @Override
    public MethodDescriptor<EchoRequest, EchoResponse> getMethodDescriptor() {
      return BIDI;
    }
  }
}
