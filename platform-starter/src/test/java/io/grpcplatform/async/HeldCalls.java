package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.circuitbreaker.CircuitBreakers;
import io.grpcplatform.deadline.Deadlines;
import io.grpcplatform.error.Errors;
import io.grpcplatform.telemetry.Telemetry;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server with the platform's pipeline, and a channel with it, whose unary method holds each call
 * until the test ends it; those that say "echo" or "fail" at the beginning are ended at once.
 */
final class HeldCalls implements AutoCloseable {

  final OpenTelemetry traces =
      OpenTelemetrySdk.builder()
          .setTracerProvider(SdkTracerProvider.builder().build())
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
          .build();

  /** How many calls there were in all, and how many at a time at most. */
  final AtomicInteger made = new AtomicInteger();

  final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger now = new AtomicInteger();
  private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();
  private final Loopback server;
  final ManagedChannel channel;

  /**
   * A call that the handler has.
   *
   * @param deadline of the call as the handler sees it
   * @param cancelled when its cancel handler ran, as {@link System#nanoTime()} tells it
   */
  record Held(
      String text,
      String traceId,
      @Nullable Deadline deadline,
      CompletableFuture<Long> cancelled,
      Ends ends) {

    void answer() {
      ends.answer(text);
    }

    void fail(Status status) {
      ends.fail(status);
    }

    long cancelledAt() throws Exception {
      return cancelled.get(10, TimeUnit.SECONDS);
    }
  }

  /** How the test ends a call. */
  private record Ends(StreamObserver<EchoResponse> response, AtomicInteger now) {

    void answer(String text) {
      now.decrementAndGet();
      response.onNext(EchoResponse.newBuilder().setText(text).build());
      response.onCompleted();
    }

    void fail(Status status) {
      now.decrementAndGet();
      response.onError(status.asRuntimeException());
    }
  }

  HeldCalls() throws IOException {
    server =
        Loopback.serving(
            new Handler(), Telemetry.server(traces), Errors.server(), Deadlines.server());
    channel =
        server.channel(
            Telemetry.client(traces),
            Errors.client(),
            // A busy machine takes seconds for a first call.
            Deadlines.client(Duration.ofMinutes(1)),
            CircuitBreakers.client());
  }

  EchoServiceGrpc.EchoServiceStub stub() {
    return EchoServiceGrpc.newStub(channel);
  }

  static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  static List<EchoRequest> requests(String text, int count) {
    List<EchoRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(request(text + " " + i));
    }
    return requests;
  }

  /** So many calls of the async stub. */
  List<Call<EchoResponse>> calls(String text, int count) {
    return Calls.each(stub()::unary, requests(text, count));
  }

  /** The next call that the handler has. */
  Held next() throws InterruptedException {
    Held next = held.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no call arrived within 10 s");
    }
    return next;
  }

  List<Held> next(int count) throws InterruptedException {
    List<Held> arrived = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      arrived.add(next());
    }
    return arrived;
  }

  @Override
  public void close() throws InterruptedException {
    server.close();
  }

  private final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      made.incrementAndGet();
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
      Ends ends = new Ends(response, now);
      if (request.getText().startsWith("echo")) {
        ends.answer(request.getText());
      } else if (request.getText().startsWith("fail")) {
        ends.fail(Status.NOT_FOUND.withDescription(request.getText()));
      } else {
        hold(request.getText(), (ServerCallStreamObserver<EchoResponse>) response, ends);
      }
    }

    private void hold(String text, ServerCallStreamObserver<EchoResponse> response, Ends ends) {
      CompletableFuture<Long> cancelled = new CompletableFuture<>();
      response.setOnCancelHandler(
          () -> {
            now.decrementAndGet();
            cancelled.complete(System.nanoTime());
          });
      held.add(
          new Held(
              text,
              Span.current().getSpanContext().getTraceId(),
              Context.current().getDeadline(),
              cancelled,
              ends));
    }

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
      for (int i = 0; i < request.getRepeat(); i++) {
        response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
      }
      response.onCompleted();
    }
  }
}
