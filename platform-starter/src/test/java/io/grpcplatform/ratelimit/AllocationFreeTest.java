package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** What a call that is let in costs. */
final class AllocationFreeTest {

  private static final int CALLS = 100_000;
  private static final CallKey UNARY = CallKey.of("", EchoServiceGrpc.getUnaryMethod());

  /** A limit that all callers share needs nothing of the call. */
  private static final CallStart CALL =
      (CallStart)
          Proxy.newProxyInstance(
              CallStart.class.getClassLoader(),
              new Class<?>[] {CallStart.class},
              (proxy, method, arguments) -> {
                throw new AssertionError(method + " was called");
              });

  @Test
  void aLimitOfAMethodAllocatesNothing() throws Refusal {
    for (String algorithm : new String[] {"token-bucket", "sliding-window"}) {
      Limits limits =
          new Limits(
              "server.methods[*].rate", "1000000/s", "server.methods[*].algorithm", algorithm);
      RateLimitMetrics meters = new RateLimitMetrics(limits.turnstiles, null);
      meters.bindTo(new SimpleMeterRegistry());
      StagePlan plan =
          new RateLimitServerStage(limits.settings, limits.turnstiles, meters, null)
              .plan(UNARY, EchoServiceGrpc.getUnaryMethod());
      begin(plan);

      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      begin(plan);

      assertThat((threads.getCurrentThreadAllocatedBytes() - before) / CALLS).isZero();
    }
  }

  private static void begin(StagePlan plan) throws Refusal {
    for (int i = 0; i < CALLS; i++) {
      assertNoHook(plan.begin(CALL) == null);
    }
  }

  private static void assertNoHook(boolean none) {
    if (!none) {
      throw new AssertionError("a unary call needs no hook");
    }
  }
}
