package io.grpcplatform.async;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;

/**
 * What was current on a thread: trace, log fields, whatever Micrometer's context propagation knows
 * of. For calls that begin later, on other threads, on behalf of this one's work. Without that
 * library, nothing; gRPC's own Context is the caller's to carry.
 */
@FunctionalInterface
interface Surroundings {

  /** Nothing at all. */
  Surroundings NONE = Runnable::run;

  /** Does work with all of it current. */
  void run(Runnable work);

  /** What is current on this thread. */
  static Surroundings current() {
    return Carrier.PRESENT ? Snapshots.current() : NONE;
  }

  /** Whether the library is there. */
  final class Carrier {
    static final boolean PRESENT = present();

    private Carrier() {}

    private static boolean present() {
      try {
        return Snapshots.current() != NONE;
      } catch (NoClassDefFoundError missing) {
        return false;
      }
    }
  }

  /** Only touched where the library is there. */
  final class Snapshots {
    private static final ContextSnapshotFactory FACTORY = ContextSnapshotFactory.builder().build();

    private Snapshots() {}

    static Surroundings current() {
      ContextSnapshot taken = FACTORY.captureAll();
      return work -> taken.wrap(work).run();
    }
  }
}
