package io.grpcplatform.stream;

import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;

/** What this process holds in memory, garbage aside. */
final class Heap {

  private Heap() {}

  /** Bytes on the heap and in Netty's own buffers. */
  static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + Math.max(0, PlatformDependent.usedDirectMemory());
  }
}
