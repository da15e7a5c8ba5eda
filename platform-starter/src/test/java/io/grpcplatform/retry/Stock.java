package io.grpcplatform.retry;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.ShelfServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend whose attempts are counted where they arrive, by method, and answered as the test says.
 */
final class Stock implements AutoCloseable {

  /** What the {@code grpc-previous-rpc-attempts} header of the attempt being served says. */
  static final Context.Key<Integer> PREVIOUS = Context.key("previous");

  /** The attempt being served, below its observer. */
  static final Context.Key<ServerCall<?, ?>> CALL = Context.key("call");

  static final Metadata.Key<String> PREVIOUS_ATTEMPTS =
      Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);

  /** How an attempt is answered; runs on the handler's thread. */
  @FunctionalInterface
  interface Answer {
    void to(EchoRequest request, StreamObserver<EchoResponse> response);
  }

  private final Answer answer;
  private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
  private final Server server;

  private Stock(Answer answer, ServerBuilder<?> builder) throws IOException {
    this.answer = answer;
    ServerPipeline pipeline = ServerPipeline.of(List.of(Retries.standard().server()));
    pipeline.trace(builder);
    server =
        builder
            .addService(pipeline.bind(new Handler().bindService(), List.of(new Counter())))
            .addService(pipeline.bind(new Shelves().bindService(), List.of(new Counter())))
            .build()
            .start();
  }

  static Stock serving(Answer answer) throws IOException {
    return new Stock(
        answer,
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
  }

  static Stock inProcess(String name, Answer answer) throws IOException {
    return new Stock(answer, InProcessServerBuilder.forName(name));
  }

  int port() {
    return server.getPort();
  }

  String target() {
    return "127.0.0.1:" + port();
  }

  int attempts(String method) {
    AtomicInteger arrived = attempts.get(method);
    return arrived == null ? 0 : arrived.get();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Counter implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
      attempts.computeIfAbsent(method, absent -> new AtomicInteger()).incrementAndGet();
      String previous = headers.get(PREVIOUS_ATTEMPTS);
      Context context =
          Context.current()
              .withValue(PREVIOUS, previous == null ? 0 : Integer.parseInt(previous))
              .withValue(CALL, call);
      return Contexts.interceptCall(context, call, headers, next);
    }
  }

  private final class Handler extends StockServiceGrpc.StockServiceImplBase {
    @Override
    public void look(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer.to(request, response);
    }

    @Override
    public void put(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer.to(request, response);
    }

    @Override
    public void take(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer.to(request, response);
    }

    @Override
    public void watch(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer.to(request, response);
    }
  }

  private final class Shelves extends ShelfServiceGrpc.ShelfServiceImplBase {
    @Override
    public void count(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer.to(request, response);
    }

    @Override
    public void fill(EchoRequest request, StreamObserver<EchoResponse> response) {
      answer.to(request, response);
    }
  }
}
