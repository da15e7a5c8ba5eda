package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.stream.StreamPump.Page;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pump asks its source for no more than the reader reads. */
final class StreamPumpTest {

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final CompletableFuture<StreamPump<EchoResponse>> opened = new CompletableFuture<>();
  private final Shelf shelf = new Shelf();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** A source that the test fills. */
  private static final class Shelf implements StreamPump.Source<EchoResponse> {
    private final BlockingQueue<Page<EchoResponse>> pages = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final Semaphore foundEmpty = new Semaphore(0);
    private final AtomicInteger together = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean brokenEnd;

    void put(boolean last, String... texts) {
      pages.add(
          new Page<>(
              List.of(texts).stream()
                  .map(text -> EchoResponse.newBuilder().setText(text).build())
                  .toList(),
              last));
    }

    @Override
    public Page<EchoResponse> next() {
      asked.incrementAndGet();
      most.accumulateAndGet(together.incrementAndGet(), Math::max);
      try {
        Page<EchoResponse> next = pages.poll();
        if (next == null) {
          foundEmpty.release();
          return new Page<>(List.of(), false);
        }
        if (!next.messages().isEmpty() && next.messages().get(0).getText().equals("broken")) {
          throw Status.DATA_LOSS.withDescription("unreadable").asRuntimeException();
        }
        return next;
      } finally {
        together.decrementAndGet();
      }
    }

    @Override
    public void over() {
      over.countDown();
      if (brokenEnd) {
        throw new IllegalStateException("cannot be closed");
      }
    }
  }

  private Streams pumping() {
    return Streams.serving(
        (request, answers) -> opened.complete(StreamPump.open(answers, threads, shelf)));
  }

  private StreamPump<EchoResponse> pump() throws Exception {
    return opened.get(10, TimeUnit.SECONDS);
  }

  private static Reading open(Streams streams) {
    return Reading.open(streams.bare(), EchoServiceGrpc.getServerStreamMethod());
  }

  @Test
  void sendsWhatThereIsAndMoreWhenWoken() throws Exception {
    shelf.put(false, "1", "2");
    try (Streams streams = pumping()) {
      Reading reader = open(streams);
      reader.read(2);
      assertThat(shelf.foundEmpty.tryAcquire(10, TimeUnit.SECONDS)).isTrue();

      shelf.put(false, "3");
      shelf.put(true, "4");
      pump().wake();

      assertThat(reader.end().isOk()).isTrue();
      assertThat(reader.texts).containsExactly("1", "2", "3", "4");
      assertThat(shelf.over.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aReaderThatDoesNotReadIsNotFetchedFor() throws Exception {
    String megabyte = "x".repeat(1 << 20);
    for (int i = 0; i < 1000; i++) {
      shelf.put(i == 999, megabyte);
    }
    try (Streams streams = pumping()) {
      Reading reader = open(streams);
      reader.read(2);

      assertThat(shelf.asked.get()).isLessThan(16);

      assertThat(reader.end().isOk()).isTrue();
      assertThat(reader.texts).hasSize(1000);
    }
  }

  @Test
  void theSourceIsAskedByOneThreadAtATime() throws Exception {
    try (Streams streams = pumping()) {
      Reading reader = open(streams);
      StreamPump<EchoResponse> pump = pump();
      CountDownLatch waking = new CountDownLatch(4);
      ExecutorService wakers = Executors.newFixedThreadPool(4);
      for (int i = 0; i < 4; i++) {
        wakers.execute(
            () -> {
              IntStream.range(0, 500)
                  .forEach(
                      number -> {
                        shelf.put(false, "message");
                        pump.wake();
                      });
              waking.countDown();
            });
      }
      reader.read(2000);
      assertThat(waking.await(10, TimeUnit.SECONDS)).isTrue();
      wakers.shutdownNow();

      shelf.put(true);
      pump.wake();

      assertThat(reader.end().isOk()).isTrue();
      assertThat(shelf.most).hasValue(1);
    }
  }

  @Test
  void cancelEndsTheQuestions() throws Exception {
    try (Streams streams = pumping()) {
      Reading reader = open(streams);
      assertThat(shelf.foundEmpty.tryAcquire(10, TimeUnit.SECONDS)).isTrue();

      reader.cancel();

      assertThat(shelf.over.await(10, TimeUnit.SECONDS)).isTrue();
      int asked = shelf.asked.get();
      pump().wake();
      assertThat(shelf.asked).hasValue(asked);
    }
  }

  @Test
  void drainEndsTheQuestions() throws Exception {
    try (Streams streams = pumping()) {
      Reading reader = open(streams);
      assertThat(shelf.foundEmpty.tryAcquire(10, TimeUnit.SECONDS)).isTrue();

      streams.stop();

      assertThat(shelf.over.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void whatTheSourceThrowsEndsTheStream() throws Exception {
    shelf.put(false, "1");
    shelf.put(false, "broken");
    try (Streams streams = pumping()) {
      Reading reader = open(streams);

      assertThat(reader.end().getCode()).isEqualTo(Status.Code.DATA_LOSS);
      assertThat(reader.texts).containsExactly("1");
      assertThat(shelf.over.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aSourceThatFailsAtItsEndHoldsNobodyUp() throws Exception {
    shelf.brokenEnd = true;
    shelf.put(false, "1");
    shelf.put(true, "2");
    try (Streams streams = pumping()) {
      Reading reader = open(streams);

      assertThat(reader.end().isOk()).isTrue();
      assertThat(reader.texts).containsExactly("1", "2");
    }
  }

  @Test
  void anExecutorThatRefusesEndsTheStream() throws Exception {
    threads.shutdownNow();
    try (Streams streams = pumping()) {
      Reading reader = open(streams);

      assertThat(reader.end().isOk()).isFalse();
      assertThat(shelf.over.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
