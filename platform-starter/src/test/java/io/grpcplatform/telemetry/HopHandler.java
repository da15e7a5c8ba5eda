package io.grpcplatform.telemetry;

import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.MDC;

/**
 * Looks at what is current in every place a handler's code can be, and calls the next hop from it.
 * A request names how, and who it is that calls: {@code "async caller-3"}. Requests with {@code
 * repeat} 1 go no further.
 */
final class HopHandler extends EchoServiceGrpc.EchoServiceImplBase {

  private final Expected expected;
  private final Supplier<EchoServiceStub> next;
  private final TwoHops.Asynchronous asynchronous;
  private final Executor futures;

  HopHandler(
      Expected expected,
      Supplier<EchoServiceStub> next,
      TwoHops.Asynchronous asynchronous,
      Executor futures) {
    this.expected = expected;
    this.next = next;
    this.asynchronous = asynchronous;
    this.futures = futures;
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    String text = request.getText();
    expected.look("handler", text);
    if (request.getRepeat() == 1) {
      answer(text, response);
      return;
    }
    String way = text.substring(0, text.indexOf(' '));
    switch (way) {
      case "blocking" -> {
        EchoServiceGrpc.newBlockingStub(next.get().getChannel()).unary(last(text));
        expected.look("after blocking", text);
        answer(text, response);
      }
      case "callback" -> next.get().unary(last(text), new Looking("callback", text, response));
      case "async" -> onward(text, asynchronous.run(() -> second(text)), response);
      case "future" ->
          onward(text, CompletableFuture.supplyAsync(() -> second(text), futures), response);
      case "leaking" -> {
        MDC.put("planted", text);
        Baggage planted = Baggage.builder().put("planted", text).build();
        new TraceContextAccessor().setValue(Context.current().with(planted));
        answer(text, response);
      }
      default -> throw new IllegalArgumentException(text);
    }
  }

  private static EchoRequest last(String text) {
    return EchoRequest.newBuilder().setText(text).setRepeat(1).build();
  }

  private String second(String text) {
    expected.look("other thread", text);
    EchoServiceGrpc.newBlockingStub(next.get().getChannel()).unary(last(text));
    expected.look("other thread after its call", text);
    return text;
  }

  private static void onward(
      String text, CompletableFuture<String> work, StreamObserver<EchoResponse> response) {
    CompletableFuture<Void> unused =
        work.handle(
            (done, failed) -> {
              if (failed == null) {
                answer(text, response);
              } else {
                response.onError(failed);
              }
              return null;
            });
  }

  private static void answer(String text, StreamObserver<EchoResponse> response) {
    response.onNext(EchoResponse.newBuilder().setText(text).build());
    response.onCompleted();
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
    return new StreamObserver<>() {
      private StreamObserver<EchoRequest> further;
      private String who = "";

      @Override
      public void onNext(EchoRequest request) {
        who = request.getText();
        expected.look("onNext", who);
        if (request.getRepeat() == 1) {
          response.onNext(EchoResponse.newBuilder().setText(who).build());
          return;
        }
        if (further == null) {
          further = next.get().bidi(new Looking("stream callback", who, response));
        }
        further.onNext(last(who));
      }

      @Override
      public void onError(Throwable broken) {
        expected.look("onError", who);
      }

      @Override
      public void onCompleted() {
        expected.look("onCompleted", who);
        if (further == null) {
          response.onCompleted();
        } else {
          further.onCompleted();
        }
      }
    };
  }

  /** Looks in the callbacks of the next hop's answers, and passes them on. */
  private final class Looking implements StreamObserver<EchoResponse> {
    private final String where;
    private final String text;
    private final StreamObserver<EchoResponse> response;

    Looking(String where, String text, StreamObserver<EchoResponse> response) {
      this.where = where;
      this.text = text;
      this.response = response;
    }

    @Override
    public void onNext(EchoResponse answer) {
      expected.look(where, text);
      response.onNext(answer);
    }

    @Override
    public void onError(Throwable failed) {
      response.onError(failed);
    }

    @Override
    public void onCompleted() {
      expected.look(where + " completed", text);
      response.onCompleted();
    }
  }
}
