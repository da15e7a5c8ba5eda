package io.grpcplatform.lifecycle;

import io.grpc.Channel;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that call without a pause, each until its first failure or until told to stop. */
final class UnaryLoad implements AutoCloseable {

  private final Channel channel;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong answered = new AtomicLong();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile Milestone milestone = new Milestone(0, new CountDownLatch(0));
  private volatile boolean over;

  private record Milestone(long count, CountDownLatch reached) {}

  UnaryLoad(Channel channel, int callers) {
    this.channel = channel;
    for (int i = 0; i < callers; i++) {
      threads.add(new Thread(this::call, "load-" + i));
    }
    threads.forEach(Thread::start);
  }

  private void call() {
    EchoServiceGrpc.EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel);
    EchoRequest request = EchoRequest.newBuilder().setText("load").build();
    while (!over) {
      try {
        stub.unary(request);
        Milestone next = milestone;
        if (answered.incrementAndGet() >= next.count()) {
          next.reached().countDown();
        }
      } catch (RuntimeException failed) {
        failures.add(failed);
        milestone.reached().countDown();
        return;
      }
    }
  }

  /** Blocks until {@code more} further calls were answered, or one failed. */
  void awaitAnswers(int more) throws InterruptedException {
    Milestone next = new Milestone(answered.get() + more, new CountDownLatch(1));
    milestone = next;
    if (!next.reached().await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("The load stands still after " + answered + " answers: " + failures);
    }
  }

  /** Ends the load and returns every failure. */
  List<Throwable> stop() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join(10_000);
      if (thread.isAlive()) {
        throw new AssertionError("A call of " + thread.getName() + " got no answer");
      }
    }
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    over = true;
  }
}
