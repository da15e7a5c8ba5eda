package io.grpcplatform.live;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Live;
import io.grpcplatform.Outcome;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** A stage that tells with which settings the plan of the latest call was made. */
final class MarkedPlans {

  /** A number that every change raises, one per source so that no source hides another's. */
  @ConfigurationProperties(prefix = "platform.marker", ignoreUnknownFields = false)
  record Marker(
      @DefaultValue("0") int file,
      @DefaultValue("0") int actuator,
      @DefaultValue("0") int environment,
      @DefaultValue("0") int spare,
      @DefaultValue("soft") Tone tone) {}

  /** A word of a few; only wrong ones are ever set. */
  enum Tone {
    SOFT,
    SHARP
  }

  final LongAdder begun = new LongAdder();
  final LongAdder ended = new LongAdder();
  private final Live<Marker> live;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Marker latest = new Marker(0, 0, 0, 0, Tone.SOFT);

  MarkedPlans(Live<Marker> live) {
    this.live = live;
  }

  /** Blocks until a call has begun with a plan that was made of such settings. */
  Marker await(Predicate<Marker> wanted) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(10);
      while (!wanted.test(latest)) {
        if (left <= 0) {
          throw new AssertionError("no call has such a plan, the latest has " + latest);
        }
        left = changed.awaitNanos(left);
      }
      return latest;
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until every call that has begun has ended; no more may begin meanwhile. */
  void awaitEnds() throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(10);
      while (ended.sum() < begun.sum() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private StagePlan plan() {
    Marker now = live.get();
    return call -> begin(now);
  }

  private CallHook begin(Marker of) {
    begun.increment();
    if (!of.equals(latest)) {
      latest = of;
      told();
    }
    return new CallHook() {
      @Override
      public void ended(Outcome outcome) {
        ended.increment();
        if (ended.sum() == begun.sum()) {
          told();
        }
      }
    };
  }

  private void told() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  ServerFeature ofServer() {
    return new ServerFeature() {
      @Override
      public ServerStage stage() {
        return ServerStage.SECURITY;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return MarkedPlans.this.plan();
      }
    };
  }

  ClientFeature ofClient() {
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return ClientStage.FAULT;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return MarkedPlans.this.plan();
      }
    };
  }
}
