package io.grpcplatform.composition;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.error.PlatformException;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.ShopError;
import java.sql.SQLIntegrityConstraintViolationException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Handlers that fail where the header {@code x-spot} says, in the way that {@code x-way} says, with
 * a secret in every message.
 */
final class TellingService extends EchoServiceGrpc.EchoServiceImplBase {

  static final String SECRET = "hunter2";
  static final Metadata.Key<String> SPOT =
      Metadata.Key.of("x-spot", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> WAY =
      Metadata.Key.of("x-way", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<String> AT = Context.key("spot");
  private static final Context.Key<String> HOW = Context.key("way");

  /** Fails, or tells the observer that it did. */
  interface Way {
    void fail(StreamObserver<EchoResponse> response);
  }

  /** An exception that tells in its causes and what it suppressed, too. */
  private static final class Telling extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Telling() {
      super("password=" + SECRET, new IllegalStateException("token " + SECRET));
      addSuppressed(new IllegalArgumentException("key " + SECRET));
    }
  }

  private final Map<String, Way> ways;

  /** Asks {@code elsewhere} to fail in the way of a continuation. */
  TellingService(Executor elsewhere, EchoServiceGrpc.EchoServiceBlockingStub backend) {
    ways =
        Map.of(
            "thrown",
            response -> {
              throw new Telling();
            },
            "error",
            response -> {
              throw new AssertionError(SECRET);
            },
            "database",
            response -> {
              String said = "Key (password)=(" + SECRET + ") exists; jdbc:h2:mem;PWD=" + SECRET;
              throw new IllegalStateException(
                  said, new SQLIntegrityConstraintViolationException(said, "23505", 7));
            },
            "status with a cause",
            response -> {
              throw Status.NOT_FOUND
                  .withDescription("no such order")
                  .withCause(new Telling())
                  .asRuntimeException();
            },
            "wrapped declared error",
            response -> {
              throw new CompletionException(
                  SECRET, PlatformException.of(ShopError.SHOP_ERROR_CLOSED, new Telling()));
            },
            "onError",
            response -> response.onError(new Telling()),
            "continuation",
            response ->
                elsewhere.execute(
                    () -> response.onError(new CompletionException(SECRET, new Telling()))),
            "further down",
            response -> {
              backend.unary(EchoRequest.getDefaultInstance());
            },
            "advice",
            response -> {
              throw new UnsupportedOperationException(SECRET);
            });
  }

  /** What fails in the application's own interceptor, and hands the two headers on. */
  static final class Interceptor implements ServerInterceptor {

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String spot = String.valueOf(headers.get(SPOT));
      if (spot.equals("interceptor")) {
        throw new Telling();
      }
      Context context =
          Context.current().withValues(AT, spot, HOW, String.valueOf(headers.get(WAY)));
      ServerCall.Listener<Q> listener = Contexts.interceptCall(context, call, headers, next);
      return new SimpleForwardingServerCallListener<>(listener) {
        @Override
        public void onHalfClose() {
          if (spot.equals("listener")) {
            throw new Telling();
          }
          super.onHalfClose();
        }
      };
    }
  }

  private boolean failed(String spot, StreamObserver<EchoResponse> response) {
    if (!spot.equals(AT.get())) {
      return false;
    }
    ways.get(HOW.get()).fail(response);
    return true;
  }

  private static EchoResponse answer() {
    return EchoResponse.newBuilder().setText("hello").build();
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    if (!failed("request", response)) {
      response.onNext(answer());
      response.onCompleted();
      failed("late", response);
    }
  }

  @Override
  public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
    if (AT.get().equals("ready")) {
      ((ServerCallStreamObserver<EchoResponse>) response)
          .setOnReadyHandler(() -> failed("ready", response));
      return;
    }
    if (failed("request", response)) {
      return;
    }
    response.onNext(answer());
    if (!failed("after a message", response)) {
      response.onCompleted();
    }
  }

  @Override
  public StreamObserver<EchoRequest> clientStream(StreamObserver<EchoResponse> response) {
    return bidi(response);
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
    boolean open = failed("open", response);
    return new StreamObserver<>() {
      private boolean over = open;

      @Override
      public void onNext(EchoRequest request) {
        over = over || failed("request", response);
      }

      @Override
      public void onError(@Nullable Throwable cancelled) {
        failed("cancel", response);
      }

      @Override
      public void onCompleted() {
        if (!over && !failed("half-close", response)) {
          response.onNext(answer());
          response.onCompleted();
        }
      }
    };
  }
}
