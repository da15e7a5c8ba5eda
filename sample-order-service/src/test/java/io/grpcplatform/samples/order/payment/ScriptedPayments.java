package io.grpcplatform.samples.order.payment;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.payment.v1.Authorized;
import io.grpcplatform.samples.payment.v1.Captured;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A payment service on loopback that answers what the test tells it to, when the test tells it to.
 */
final class ScriptedPayments extends PaymentServiceGrpc.PaymentServiceImplBase
    implements AutoCloseable {
  private static final int TIMEOUT = 20;

  private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
  private final Server server;
  private final int port;

  /** On the given port, or on a free one for 0. */
  ScriptedPayments(int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    server = NettyServerBuilder.forAddress(address).addService(this).build().start();
    this.port = server.getPort();
  }

  int port() {
    return port;
  }

  /** The next stream that was opened. */
  Stream stream() throws Exception {
    return next(streams, "a stream");
  }

  /** Ends at once, like a killed process: connections are cut, nothing is said. */
  void kill() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(TIMEOUT, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  @Override
  public StreamObserver<ProcessRequest> process(StreamObserver<ProcessResponse> answers) {
    Stream stream = new Stream((ServerCallStreamObserver<ProcessResponse>) answers);
    streams.add(stream);
    return stream;
  }

  private static <T> T next(BlockingQueue<T> queue, String what) throws Exception {
    T next = queue.poll(TIMEOUT, TimeUnit.SECONDS);
    if (next == null) {
      throw new TimeoutException("waited for " + what);
    }
    return next;
  }

  /** One stream as the payment service sees it. */
  static final class Stream implements StreamObserver<ProcessRequest> {
    private final ServerCallStreamObserver<ProcessResponse> answers;
    private final BlockingQueue<ProcessRequest> commands = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final CompletableFuture<Void> halfClosed = new CompletableFuture<>();

    Stream(ServerCallStreamObserver<ProcessResponse> answers) {
      this.answers = answers;
      answers.setOnCancelHandler(() -> cancelled.complete(null));
    }

    ProcessRequest command() throws Exception {
      return next(commands, "a command");
    }

    void answer(ProcessResponse answer) {
      answers.onNext(answer);
    }

    /** What a payment service in a good mood answers. */
    void agreeTo(ProcessRequest command) {
      ProcessResponse.Builder answer =
          ProcessResponse.newBuilder()
              .setCommandId(command.getCommandId())
              .setPaymentId(command.getPaymentId());
      switch (command.getCommandCase()) {
        case AUTHORIZE -> answer.setAuthorized(Authorized.getDefaultInstance());
        case CAPTURE -> answer.setCaptured(Captured.getDefaultInstance());
        default -> throw new AssertionError("not in this script: " + command);
      }
      answer(answer.build());
    }

    void end(Status status) {
      answers.onError(status.asRuntimeException());
    }

    void complete() {
      answers.onCompleted();
    }

    void awaitCancel() throws Exception {
      cancelled.get(TIMEOUT, TimeUnit.SECONDS);
    }

    void awaitHalfClose() throws Exception {
      halfClosed.get(TIMEOUT, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(ProcessRequest command) {
      commands.add(command);
    }

    @Override
    public void onError(Throwable t) {
      cancelled.complete(null);
    }

    @Override
    public void onCompleted() {
      halfClosed.complete(null);
    }
  }
}
