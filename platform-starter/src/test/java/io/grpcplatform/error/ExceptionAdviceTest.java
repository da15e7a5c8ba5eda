package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.error.ExceptionHandlerResolver.Advice;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.ShopError;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.Order;

/** What {@code @GrpcAdvice} beans make of the exceptions of handlers. */
final class ExceptionAdviceTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(ErrorAutoConfiguration.class));

  @GrpcAdvice
  @Order(1)
  static class ShopAdvice {

    @GrpcExceptionHandler
    PlatformException soldOut(IllegalStateException thrown) {
      return PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT).with("sku", thrown.getMessage());
    }

    @GrpcExceptionHandler(FileNotFoundException.class)
    Status missing() {
      return Status.NOT_FOUND.withDescription("no such file");
    }

    @GrpcExceptionHandler({IOException.class, InterruptedException.class})
    StatusException unreadable(Exception thrown) {
      return Status.UNAVAILABLE.withDescription(thrown.getClass().getSimpleName()).asException();
    }

    @GrpcExceptionHandler
    com.google.rpc.Status math(ArithmeticException thrown) {
      return com.google.rpc.Status.newBuilder().setCode(3).setMessage("bad number").build();
    }

    @GrpcExceptionHandler
    Status silent(UnsupportedOperationException thrown) {
      return null;
    }

    @GrpcExceptionHandler
    Status broken(ArrayStoreException thrown) {
      throw new IllegalArgumentException("hunter2");
    }

    @GrpcExceptionHandler
    Status fine(ClassCastException thrown) {
      return Status.OK;
    }
  }

  @GrpcAdvice
  @Order(2)
  static class LaterAdvice {

    @GrpcExceptionHandler
    Status late(IllegalStateException thrown) {
      return Status.ABORTED;
    }
  }

  static Stream<Named<Case>> cases() {
    return Stream.of(
        named("own type", new IllegalStateException("7"), "FAILED_PRECONDITION: 7 is sold out"),
        named("nearest superclass", new FileNotFoundException(), "NOT_FOUND: no such file"),
        named("superclass", new EOFException(), "UNAVAILABLE: EOFException"),
        named("second of two types", new InterruptedException(), "UNAVAILABLE: Interrupted"),
        named("details", new ArithmeticException(), "INVALID_ARGUMENT: bad number"),
        named(
            "a cause",
            new CompletionException(new FileNotFoundException()),
            "NOT_FOUND: no such file"),
        named("no answer", new UnsupportedOperationException(), "INTERNAL: Internal error, id"),
        named("failing advice", new ArrayStoreException(), "INTERNAL: Internal error, id"),
        named("OK is no answer", new ClassCastException(), "INTERNAL: Internal error, id"),
        named("nobody's", new SecurityException(), "INTERNAL: Internal error, id"),
        named(
            "a status of its own",
            Status.DATA_LOSS.withDescription("own").asRuntimeException(),
            "DATA_LOSS: own"));
  }

  /** An exception, and how the answer begins. */
  record Case(Throwable thrown, String answer) {}

  private static Named<Case> named(String name, Throwable thrown, String answer) {
    return Named.of(name, new Case(thrown, answer));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void exceptionIsAnsweredByTheNearestMethod(Case one) {
    application
        .withUserConfiguration(LaterAdvice.class, ShopAdvice.class)
        .run(
            context -> {
              ErrorServerStage stage = context.getBean(ErrorServerStage.class);
              try (Hop thrown = new Hop(response -> sneaky(one.thrown()), stage);
                  Hop told = new Hop(response -> response.onError(one.thrown()), stage)) {

                assertThat(answer(thrown)).startsWith(one.answer()).doesNotContain("hunter2");
                assertThat(answer(told)).startsWith(one.answer()).doesNotContain("hunter2");
              }
            });
  }

  private static String answer(Hop hop) {
    StatusRuntimeException failed =
        catchThrowableOfType(StatusRuntimeException.class, () -> hop.bare().unary(HELLO));
    return failed.getMessage();
  }

  @SuppressWarnings("unchecked") // what a handler in another JVM language may do
  private static <T extends Throwable> void sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void streamsAreAnsweredTheSameWay() {
    application
        .withUserConfiguration(ShopAdvice.class)
        .run(
            context -> {
              ErrorServerStage stage = context.getBean(ErrorServerStage.class);
              try (Hop hop = new Hop(response -> sneaky(new IllegalStateException("7")), stage)) {
                CompletableFuture<Throwable> end = new CompletableFuture<>();
                StreamObserver<EchoRequest> requests = hop.bareStreaming().bidi(ending(end));

                requests.onNext(HELLO);

                PlatformException error = PlatformException.from(end.get(10, TimeUnit.SECONDS));
                assertThat(error.is(ShopError.SHOP_ERROR_SOLD_OUT)).isTrue();
              }
            });
  }

  private static StreamObserver<EchoResponse> ending(CompletableFuture<Throwable> end) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoResponse value) {}

      @Override
      public void onError(Throwable thrown) {
        end.complete(thrown);
      }

      @Override
      public void onCompleted() {}
    };
  }

  static final class TwoParameters {
    @GrpcExceptionHandler
    Status wrong(IllegalStateException thrown, String other) {
      return Status.ABORTED;
    }
  }

  static final class WrongResult {
    @GrpcExceptionHandler
    String wrong(IllegalStateException thrown) {
      return "";
    }
  }

  static final class NoType {
    @GrpcExceptionHandler
    Status wrong() {
      return Status.ABORTED;
    }
  }

  static final class TypeThatDoesNotFit {
    @GrpcExceptionHandler(IOException.class)
    Status wrong(IllegalStateException thrown) {
      return Status.ABORTED;
    }
  }

  static final class TwiceTheSame {
    @GrpcExceptionHandler
    Status one(IllegalStateException thrown) {
      return Status.ABORTED;
    }

    @GrpcExceptionHandler
    Status two(IllegalStateException thrown) {
      return Status.ABORTED;
    }
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void adviceThatCannotWorkFailsTheStart(Object wrong, String message) {
    assertThatThrownBy(
            () -> ExceptionHandlerResolver.of(List.of(new Advice(wrong, wrong.getClass()))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("@GrpcExceptionHandler " + wrong.getClass().getName())
        .hasMessageContaining(message);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(new TwoParameters(), "one exception or"),
        Arguments.of(new WrongResult(), "as result"),
        Arguments.of(new NoType(), "no type"),
        Arguments.of(new TypeThatDoesNotFit(), "java.io.IOException for a parameter"),
        Arguments.of(new TwiceTheSame(), "one method for it"));
  }
}
