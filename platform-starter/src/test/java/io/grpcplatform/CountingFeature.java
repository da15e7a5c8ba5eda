package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A feature of the tests' own that counts what the machine promises. Claims any stage on either
 * side.
 */
final class CountingFeature {

  final LongAdder begun = new LongAdder();
  final LongAdder ended = new LongAdder();
  final LongAdder done = new LongAdder();
  final LongAdder unseen = new LongAdder();
  final AtomicInteger twice = new AtomicInteger();
  volatile @Nullable Outcome last;
  volatile @Nullable CallControl control;
  volatile CountDownLatch over = new CountDownLatch(0);

  CallHook begin(CallStart call) {
    begun.increment();
    control = call.control();
    return new Hook();
  }

  ClientFeature on(ClientStage stage) {
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return stage;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return CountingFeature.this::begin;
      }
    };
  }

  ServerFeature on(ServerStage stage) {
    return new ServerFeature() {
      @Override
      public ServerStage stage() {
        return stage;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return CountingFeature.this::begin;
      }

      @Override
      public void unseen(CallKey key, Metadata headers, long startNanos, Outcome outcome) {
        unseen.increment();
        last = outcome;
        over.countDown();
      }
    };
  }

  /** A claim to a client stage by whatever plan. */
  static ClientFeature client(ClientStage stage, StagePlan plan) {
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return stage;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return plan;
      }
    };
  }

  /** A claim to a server stage by whatever plan. */
  static ServerFeature server(ServerStage stage, StagePlan plan) {
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

  private final class Hook implements CallHook {
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger dones = new AtomicInteger();

    @Override
    public void handlerDone() {
      if (dones.incrementAndGet() > 1) {
        twice.incrementAndGet();
      }
      done.increment();
    }

    @Override
    public void ended(Outcome outcome) {
      if (ends.incrementAndGet() > 1) {
        twice.incrementAndGet();
      }
      last = outcome;
      ended.increment();
      over.countDown();
    }
  }
}
