package io.grpcplatform.client;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A bare grpc-java server on loopback that answers with its name and keeps the headers it saw. */
final class EchoServer implements AutoCloseable {

  final BlockingQueue<Metadata> headers = new LinkedBlockingQueue<>();
  private final Server server;

  EchoServer(String name) {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(new Echo(name))
              .intercept(new HeaderKeeper())
              .build()
              .start();
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The port that a channel named {@code name} is to lead to, as a property. */
  String targetOf(String name) {
    return "platform.client.channels." + name + ".target=static://" + address();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class HeaderKeeper implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata received, ServerCallHandler<Q, R> next) {
      headers.add(received);
      return next.startCall(call, received);
    }
  }

  /**
   * Answers {@code <server name>:<text>}, as often as asked; a bidi stream answers each message.
   */
  static final class Echo extends EchoServiceGrpc.EchoServiceImplBase {
    private final String name;

    Echo(String name) {
      this.name = name;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> answers) {
      answers.onNext(answer(request));
      answers.onCompleted();
    }

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoResponse> answers) {
      for (int i = 0; i < request.getRepeat(); i++) {
        answers.onNext(answer(request));
      }
      answers.onCompleted();
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          answers.onNext(answer(request));
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          answers.onCompleted();
        }
      };
    }

    private EchoResponse answer(EchoRequest request) {
      return EchoResponse.newBuilder().setText(name + ":" + request.getText()).build();
    }
  }
}
