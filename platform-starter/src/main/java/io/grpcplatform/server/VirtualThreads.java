package io.grpcplatform.server;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;

/** Virtual threads of Java 21 and newer, by reflection: the starter's class files are Java 17's. */
final class VirtualThreads {

  private static final int SINCE = 21;

  private VirtualThreads() {}

  static boolean supported() {
    return Runtime.version().feature() >= SINCE;
  }

  /** A factory of virtual threads named {@code prefix} and a number; needs {@link #supported}. */
  static ThreadFactory named(String prefix) {
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Method name = builder.getMethod("name", String.class, long.class);
      Object named = name.invoke(Thread.class.getMethod("ofVirtual").invoke(null), prefix, 1L);
      return (ThreadFactory) builder.getMethod("factory").invoke(named);
    } catch (ReflectiveOperationException absent) {
      throw new IllegalStateException(
          "Java " + Runtime.version() + " has no virtual threads (expected: 21 or newer)", absent);
    }
  }
}
