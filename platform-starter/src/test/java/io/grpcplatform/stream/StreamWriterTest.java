package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A writer keeps a bounded number of messages for its reader, whatever the reader does. */
final class StreamWriterTest {

  private static final int MEGABYTE = 1 << 20;
  private static final int GIGABYTE_OF_MESSAGES = 1024;
  private static final long MOST_HEAP = 64L * MEGABYTE;

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final CompletableFuture<StreamWriter<EchoResponse>> opened = new CompletableFuture<>();

  @AfterEach
  void stop() {
    workers.shutdownNow();
  }

  private static EchoResponse say(int number) {
    return EchoResponse.newBuilder().setText(Integer.toString(number)).build();
  }

  private static EchoResponse megabyte(int number) {
    return EchoResponse.newBuilder()
        .setText(String.format("%-12d", number) + "x".repeat(MEGABYTE - 12))
        .build();
  }

  private Streams answering(WriterLimits limits) {
    return Streams.serving((request, answers) -> opened.complete(StreamWriter.of(answers, limits)));
  }

  private StreamWriter<EchoResponse> writer() throws Exception {
    return opened.get(10, TimeUnit.SECONDS);
  }

  private static Reading open(Streams streams) {
    return Reading.open(streams.bare(), EchoServiceGrpc.getServerStreamMethod());
  }

  @Test
  void gigabyteForAStalledReaderStaysOffTheHeap() throws Exception {
    try (Streams streams = answering(WriterLimits.STANDARD)) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      AtomicInteger written = new AtomicInteger();
      long before = Heap.used();

      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < GIGABYTE_OF_MESSAGES; i++) {
                  assertThat(writer.write(megabyte(i))).isTrue();
                  written.incrementAndGet();
                }
                writer.complete();
              },
              workers);
      reader.read(3);

      assertThat(Heap.used() - before).isLessThan(MOST_HEAP);
      assertThat(written.get()).isLessThan(16);
      assertThat(writing).isNotDone();
      assertThat(reader.end().isOk()).isTrue();
      assertThat(Heap.used() - before).isLessThan(MOST_HEAP);
      assertThat(reader.texts)
          .isEqualTo(IntStream.range(0, GIGABYTE_OF_MESSAGES).mapToObj(Integer::toString).toList());
      writing.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void dropsTheOldestAndKeepsTheLast() throws Exception {
    try (Streams streams = answering(WriterLimits.STANDARD.whenFull(WhenFull.DROP_OLDEST))) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      long before = Heap.used();

      for (int i = 0; i < GIGABYTE_OF_MESSAGES; i++) {
        assertThat(writer.write(megabyte(i))).isTrue();
      }
      long held = Heap.used() - before;
      writer.complete();

      assertThat(held).isLessThan(MOST_HEAP);
      assertThat(reader.end().isOk()).isTrue();
      assertThat(reader.texts).endsWith("1022", "1023");
      assertThat(reader.texts.size() + writer.dropped()).isEqualTo(GIGABYTE_OF_MESSAGES);
      assertThat(writer.dropped()).isGreaterThan(1000);
    }
  }

  @Test
  void endsTheStreamOfATooSlowReader() throws Exception {
    try (Streams streams = answering(new WriterLimits(3, 1 << 30, WhenFull.FAIL))) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();

      int taken = 0;
      while (writer.write(megabyte(taken))) {
        taken++;
      }

      Status status = reader.end();
      assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(status.getDescription()).contains("too slow: 3 messages wait");
      assertThat(writer.write(say(1))).isFalse();
      assertThat(taken).isEqualTo(reader.texts.size() + 3);
    }
  }

  @Test
  void cancelFreesAWriterThatWaits() throws Exception {
    try (Streams streams = answering(WriterLimits.STANDARD)) {
      Reading reader = open(streams);
      CompletableFuture<Void> writing = writeUntilRefused(writer());
      reader.read(1);

      reader.cancel();

      writing.get(30, TimeUnit.SECONDS);
      assertThat(writer().waiting()).isZero();
    }
  }

  @Test
  void drainFreesAWriterThatWaits() throws Exception {
    try (Streams streams = answering(WriterLimits.STANDARD)) {
      Reading reader = open(streams);
      CompletableFuture<Void> writing = writeUntilRefused(writer());
      reader.read(1);

      CompletableFuture<Void> stopped = CompletableFuture.runAsync(streams::stop, workers);

      writing.get(30, TimeUnit.SECONDS);
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      stopped.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void interruptFreesAWriterThatWaits() throws Exception {
    try (Streams streams = answering(WriterLimits.STANDARD)) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      AtomicBoolean still = new AtomicBoolean();
      Thread thread =
          new Thread(
              () -> {
                writeAll(writer);
                still.set(Thread.currentThread().isInterrupted());
              });
      thread.start();
      reader.read(1);

      thread.interrupt();

      thread.join(30_000);
      assertThat(thread.isAlive()).isFalse();
      assertThat(still).isTrue();
      reader.cancel();
    }
  }

  private CompletableFuture<Void> writeUntilRefused(StreamWriter<EchoResponse> writer) {
    return CompletableFuture.runAsync(() -> writeAll(writer), workers);
  }

  private static void writeAll(StreamWriter<EchoResponse> writer) {
    int number = 0;
    while (writer.write(megabyte(number))) {
      number++;
    }
  }

  @Test
  void waitsEvenOnTheThreadOfItsOwnCall() throws Exception {
    try (Streams streams =
        Streams.serving(
            (request, answers) -> {
              StreamWriter<EchoResponse> writer = StreamWriter.of(answers, WriterLimits.STANDARD);
              IntStream.range(0, 40).forEach(i -> writer.write(megabyte(i)));
              writer.complete();
            })) {
      Reading reader = open(streams);

      reader.read(1);

      assertThat(reader.end().isOk()).isTrue();
      assertThat(reader.texts).hasSize(40);
    }
  }

  @Test
  void completesOnceEverythingThatWaitedIsSent() throws Exception {
    try (Streams streams = answering(new WriterLimits(1000, 1 << 30, WhenFull.FAIL))) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      IntStream.range(0, 50).forEach(i -> writer.write(megabyte(i)));
      int waited = writer.waiting();

      writer.complete();

      assertThat(waited).isPositive();
      assertThat(writer.write(say(50))).isFalse();
      assertThat(reader.end().isOk()).isTrue();
      assertThat(reader.texts).hasSize(50);
    }
  }

  @Test
  void readinessIsToldOnceTheReaderHasRead() throws Exception {
    try (Streams streams = answering(new WriterLimits(1000, 1 << 30, WhenFull.FAIL))) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      IntStream.range(0, 20).forEach(i -> writer.write(megabyte(i)));
      var ready = writer.whenReady().toCompletableFuture();
      boolean before = ready.isDone();

      reader.read(20);

      assertThat(before).isFalse();
      ready.get(10, TimeUnit.SECONDS);
      assertThat(writer.waiting()).isZero();
      reader.cancel();
    }
  }

  @Test
  void readinessIsToldOfAStreamThatEnded() throws Exception {
    try (Streams streams = answering(new WriterLimits(1000, 1 << 30, WhenFull.FAIL))) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      IntStream.range(0, 20).forEach(i -> writer.write(megabyte(i)));
      var ready = writer.whenReady().toCompletableFuture();

      reader.cancel();

      ready.get(10, TimeUnit.SECONDS);
      assertThat(writer.whenReady()).isCompleted();
      assertThat(writer.write(say(1))).isFalse();
    }
  }

  @Test
  void threadsMayWriteAtTheSameTime() throws Exception {
    try (Streams streams = answering(WriterLimits.STANDARD)) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      CountDownLatch together = new CountDownLatch(4);
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread * 10_000;
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  together.countDown();
                  awaitAll(together);
                  IntStream.range(first, first + 2000).forEach(i -> writer.write(say(i)));
                },
                workers));
      }

      var written = CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new));
      var completed = written.thenRun(writer::complete);

      assertThat(reader.end().isOk()).isTrue();
      completed.get(10, TimeUnit.SECONDS);
      assertThat(reader.texts).hasSize(8000);
      for (int thread = 0; thread < 4; thread++) {
        int which = thread;
        assertThat(reader.texts.stream().map(Integer::valueOf).filter(i -> i / 10_000 == which))
            .isSorted();
      }
    }
  }

  private static void awaitAll(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Test
  void callersWriteAtTheServersPaceToo() throws Exception {
    CompletableFuture<Void> mayRead = new CompletableFuture<>();
    AtomicInteger read = new AtomicInteger();
    CountDownLatch firstCame = new CountDownLatch(1);
    try (Streams streams =
        Streams.reading(
            answers -> PacedReader.of(answers, 1, handler(answers, read, firstCame, mayRead)))) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      RequestWriter<EchoRequest, EchoResponse> opening =
          new RequestWriter<>(answered(answer), WriterLimits.STANDARD);
      assertThatThrownBy(opening::writer).isInstanceOf(IllegalStateException.class);
      var unused = EchoServiceGrpc.newStub(streams.bare()).clientStream(opening);
      StreamWriter<EchoRequest> writer = opening.writer();
      long before = Heap.used();

      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> writeHundredMegabytes(writer), workers);
      assertThat(firstCame.await(10, TimeUnit.SECONDS)).isTrue();
      long held = Heap.used() - before;
      assertThat(read.get()).isEqualTo(1);
      assertThat(writing).isNotDone();
      mayRead.complete(null);

      assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("100");
      writing.get(10, TimeUnit.SECONDS);
      assertThat(held).isLessThan(MOST_HEAP);
      assertThat(writer.write(EchoRequest.getDefaultInstance())).isFalse();
    }
  }

  private static void writeHundredMegabytes(StreamWriter<EchoRequest> writer) {
    for (int i = 0; i < 100; i++) {
      writer.write(EchoRequest.newBuilder().setText("x".repeat(MEGABYTE)).build());
    }
    writer.complete();
  }

  private static PacedReader.Handler<EchoRequest> handler(
      StreamObserver<EchoResponse> answers,
      AtomicInteger read,
      CountDownLatch firstCame,
      CompletableFuture<Void> mayRead) {
    return new PacedReader.Handler<>() {
      @Override
      public CompletableFuture<Void> message(EchoRequest message) {
        read.incrementAndGet();
        firstCame.countDown();
        return mayRead;
      }

      @Override
      public void halfClosed() {
        answers.onNext(say(read.get()));
        answers.onCompleted();
      }
    };
  }

  private static StreamObserver<EchoResponse> answered(CompletableFuture<String> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoResponse response) {
        answer.complete(response.getText());
      }

      @Override
      public void onError(Throwable failed) {
        answer.completeExceptionally(failed);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void cancelFreesAWriterOnItsOwnCallsThread() throws Exception {
    CompletableFuture<Void> over = new CompletableFuture<>();
    try (Streams streams =
        Streams.serving(
            (request, answers) -> {
              writeAll(StreamWriter.of(answers, WriterLimits.STANDARD));
              over.complete(null);
            })) {
      Reading reader = open(streams);
      reader.read(1);

      reader.cancel();

      over.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void anEndBySomebodyElseFreesAWriterThatWaits() throws Exception {
    CompletableFuture<StreamObserver<EchoResponse>> others = new CompletableFuture<>();
    try (Streams streams =
        Streams.serving(
            (request, answers) -> {
              opened.complete(StreamWriter.of(answers, WriterLimits.STANDARD));
              others.complete(answers);
            })) {
      Reading reader = open(streams);
      CompletableFuture<Void> writing = writeUntilRefused(writer());
      reader.read(1);

      others.get(10, TimeUnit.SECONDS).onError(Status.DATA_LOSS.asRuntimeException());

      assertThat(reader.end().getCode()).isEqualTo(Status.Code.DATA_LOSS);
      writing.get(30, TimeUnit.SECONDS);
      assertThat(writer().whenReady()).isCompleted();
    }
  }

  @Test
  void callersNeverWaitInTheirOwnCallbacks() throws Exception {
    try (Streams streams =
        Streams.reading(
            answers -> {
              PacedReader<EchoRequest> reader =
                  PacedReader.of(answers, 1, unread(new CompletableFuture<>()));
              answers.onNext(say(1));
              return reader;
            })) {
      CompletableFuture<Throwable> failed = new CompletableFuture<>();
      CompletableFuture<RequestWriter<EchoRequest, EchoResponse>> opening =
          new CompletableFuture<>();
      RequestWriter<EchoRequest, EchoResponse> requests =
          new RequestWriter<>(
              new StreamObserver<EchoResponse>() {
                @Override
                public void onNext(EchoResponse answer) {
                  writeHundredMegabytes(opening.join().writer());
                }

                @Override
                public void onError(Throwable why) {
                  failed.complete(why);
                }

                @Override
                public void onCompleted() {}
              },
              WriterLimits.STANDARD);
      opening.complete(requests);
      var unused = EchoServiceGrpc.newStub(streams.bare()).bidi(requests);

      assertThat(failed.get(30, TimeUnit.SECONDS).getCause())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("whenReady()");
    }
  }

  private static PacedReader.Handler<EchoRequest> unread(CompletableFuture<Void> done) {
    return new PacedReader.Handler<>() {
      @Override
      public CompletableFuture<Void> message(EchoRequest message) {
        return done;
      }

      @Override
      public void halfClosed() {}
    };
  }

  @Test
  void completingACancelledCallSaysNothing() throws Exception {
    try (Streams streams =
        Streams.reading(answers -> PacedReader.of(answers, 1, unread(new CompletableFuture<>())))) {
      RequestWriter<EchoRequest, EchoResponse> opening =
          new RequestWriter<>(answered(new CompletableFuture<>()), WriterLimits.STANDARD);
      // Nobody is told of the cancel.
      var requests =
          (ClientCallStreamObserver<EchoRequest>)
              EchoServiceGrpc.newStub(streams.bare()).withExecutor(task -> {}).bidi(opening);
      requests.cancel("no more", null);

      opening.writer().complete();

      assertThat(opening.writer().write(EchoRequest.getDefaultInstance())).isFalse();
    }
  }

  @Test
  void readinessIsToldWithoutTheLock() throws Exception {
    try (Streams streams = answering(new WriterLimits(3, 1 << 30, WhenFull.FAIL))) {
      Reading reader = open(streams);
      StreamWriter<EchoResponse> writer = writer();
      while (writer.waiting() < 3) {
        assertThat(writer.write(megabyte(0))).isTrue();
      }
      var elsewhere =
          writer
              .whenReady()
              .thenApply(ready -> CompletableFuture.supplyAsync(writer::waiting, workers))
              .thenApply(asked -> asked.orTimeout(5, TimeUnit.SECONDS).join())
              .toCompletableFuture();

      // The windows of HTTP/2 may open a little more, late.
      int more = 0;
      while (more < 64 && writer.write(megabyte(1))) {
        more++;
      }

      assertThat(more).isLessThan(64);
      assertThat(elsewhere.get(10, TimeUnit.SECONDS)).isZero();
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
  }

  @Test
  void limitsSayWhatTheyExpect() {
    assertThatThrownBy(() -> new WriterLimits(0, 1, WhenFull.WAIT))
        .hasMessage("messages: 0 (expected: >= 1)");
    assertThatThrownBy(() -> new WriterLimits(1, 0, WhenFull.WAIT))
        .hasMessage("bytes: 0 (expected: >= 1)");
  }
}
