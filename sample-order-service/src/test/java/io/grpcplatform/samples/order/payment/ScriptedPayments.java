package io.grpcplatform.samples.order.payment;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.payment.v1.Authorized;
import io.grpcplatform.samples.payment.v1.Captured;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.stream.SessionAnswers;
import io.grpcplatform.stream.Sessions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A payment service on loopback that answers what the test tells it to, when the test tells it to.
 */
final class ScriptedPayments extends PaymentServiceGrpc.PaymentServiceImplBase
    implements AutoCloseable {
  private static final int TIMEOUT = 20;

  private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> streams = new LinkedBlockingQueue<>();
  private final Sessions.Served<ProcessRequest, ProcessResponse> sessions;
  private final Server server;
  private final int port;

  /** On the given port, or on a free one for 0. */
  ScriptedPayments(Sessions sessions, int port) throws IOException {
    this.sessions = sessions.serve(PaymentServiceGrpc.getProcessMethod(), this::command);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    server = NettyServerBuilder.forAddress(address).addService(this).build().start();
    this.port = server.getPort();
  }

  int port() {
    return port;
  }

  /** The next command that was sent. */
  Command command() throws Exception {
    return next(commands, "a command");
  }

  /** Waits for a stream, each as often as it is asked. */
  void awaitStream() throws Exception {
    next(streams, "a stream");
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
    streams.add(1);
    return sessions.stream(answers);
  }

  private CompletionStage<Void> command(
      ProcessRequest request, SessionAnswers<ProcessResponse> answers) {
    Command command = new Command(request, answers);
    commands.add(command);
    return command.done;
  }

  private static <T> T next(BlockingQueue<T> queue, String what) throws Exception {
    T next = queue.poll(TIMEOUT, TimeUnit.SECONDS);
    if (next == null) {
      throw new TimeoutException("waited for " + what);
    }
    return next;
  }

  /** One command as the payment service sees it. */
  static final class Command {
    private final ProcessRequest request;
    private final SessionAnswers<ProcessResponse> answers;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Command(ProcessRequest request, SessionAnswers<ProcessResponse> answers) {
      this.request = request;
      this.answers = answers;
    }

    ProcessRequest request() {
      return request;
    }

    /** An answer to build on. */
    ProcessResponse.Builder answer() {
      return ProcessResponse.newBuilder()
          .setCommandId(request.getCommandId())
          .setPaymentId(request.getPaymentId());
    }

    void send(ProcessResponse answer) {
      answers.send(answer);
    }

    void end(ProcessResponse answer) {
      send(answer);
      done.complete(null);
    }

    /** What a payment service in a good mood answers. */
    ProcessResponse agreement() {
      return switch (request.getCommandCase()) {
        case AUTHORIZE -> answer().setAuthorized(Authorized.getDefaultInstance()).build();
        case CAPTURE -> answer().setCaptured(Captured.getDefaultInstance()).build();
        default -> throw new AssertionError("not in this script: " + request);
      };
    }

    void agree() {
      end(agreement());
    }

    void fail(Status status) {
      done.completeExceptionally(status.asRuntimeException());
    }
  }
}
