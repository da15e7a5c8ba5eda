package io.grpcplatform.deadline;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Where a handler does its work, once it has let go of the thread that gRPC gave it. */
enum HandlerThreads {
  PLATFORM,
  VIRTUAL,
  REACTOR,
  COMPLETABLE_FUTURE;

  /** Those that this JDK has; says so loudly where virtual threads are not among them. */
  static List<HandlerThreads> available() {
    if (Runtime.version().feature() >= 21) {
      return Arrays.asList(values());
    }
    System.out.println(
        "NOT TESTED HERE: virtual threads need JDK 21, this is "
            + Runtime.version()
            + "; the run on the newer JDK covers them");
    return Arrays.stream(values()).filter(each -> each != VIRTUAL).toList();
  }

  /** What this does its work on; null where it brings threads of its own. */
  @Nullable ExecutorService pool() throws ReflectiveOperationException {
    return switch (this) {
      case PLATFORM, COMPLETABLE_FUTURE -> Deadlines.propagating(Executors.newCachedThreadPool());
      case VIRTUAL -> Deadlines.propagating(virtualThreads());
      case REACTOR -> null;
    };
  }

  private static ExecutorService virtualThreads() throws ReflectiveOperationException {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (InvocationTargetException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Does {@code work} elsewhere, then tells its result or its failure. */
  <T> void run(
      @Nullable ExecutorService pool,
      Supplier<T> work,
      BiConsumer<@Nullable T, @Nullable Throwable> told) {
    switch (this) {
      case PLATFORM, VIRTUAL ->
          pool.execute(
              () -> {
                try {
                  told.accept(work.get(), null);
                } catch (RuntimeException failed) {
                  told.accept(null, failed);
                }
              });
      case REACTOR ->
          Mono.just(work)
              .publishOn(Schedulers.boundedElastic())
              .map(Supplier::get)
              .subscribe(result -> told.accept(result, null), failed -> told.accept(null, failed));
      case COMPLETABLE_FUTURE -> {
        var ignored =
            CompletableFuture.supplyAsync(() -> work, pool)
                .thenApplyAsync(Supplier::get, pool)
                .whenComplete(told);
      }
    }
  }
}
