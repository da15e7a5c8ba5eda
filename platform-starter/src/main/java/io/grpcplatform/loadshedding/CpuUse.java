package io.grpcplatform.loadshedding;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The share of the processors that this process uses, 0 to 1, measured anew by the first call that
 * asks 200 ms after the last time.
 *
 * <p>It keeps its own account of CPU time: the JDK's {@code getProcessCpuLoad} measures since
 * whoever asked before.
 *
 * <p>Threading: safe.
 */
final class CpuUse {

  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(200);

  private final LongSupplier cpuNanos;
  private final int processors;
  private final AtomicLong measuredAt;
  private long usedBefore;
  private volatile double share;

  /**
   * An account.
   *
   * @param cpuNanos the CPU time of the process so far; negative where it cannot be told
   */
  CpuUse(LongSupplier cpuNanos, int processors, long now) {
    this.cpuNanos = cpuNanos;
    this.processors = processors;
    this.measuredAt = new AtomicLong(now);
    this.usedBefore = cpuNanos.getAsLong();
  }

  /** This process's account. */
  static CpuUse ofProcess(long now) {
    LongSupplier cpuNanos =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system::getProcessCpuTime
            : () -> -1;
    return new CpuUse(cpuNanos, Runtime.getRuntime().availableProcessors(), now);
  }

  double share(long now) {
    long last = measuredAt.get();
    if (now - last >= EVERY && measuredAt.compareAndSet(last, now)) {
      measure(now - last);
    }
    return share;
  }

  private synchronized void measure(long passed) {
    long used = cpuNanos.getAsLong();
    share = used < 0 ? 0 : (double) (used - usedBefore) / passed / processors;
    usedBefore = used;
  }
}
