package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.ShopError;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The code of docs/error.md, running. */
final class ErrorGuideTest {

  private final List<String> offered = new ArrayList<>();
  private final List<String> marked = new ArrayList<>();

  static final class SoldOutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    String sku() {
      return "7";
    }
  }

  @GrpcAdvice
  static class ShopAdvice {
    @GrpcExceptionHandler
    PlatformException soldOut(SoldOutException thrown) {
      return PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT).with("sku", thrown.sku());
    }

    @GrpcExceptionHandler({IOException.class, TimeoutException.class})
    Status elsewhere() {
      return Status.UNAVAILABLE;
    }
  }

  private static void handler(StreamObserver<EchoResponse> response) {
    throw PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT)
        .with("sku", "7")
        .retryAfter(Duration.ofMinutes(5));
  }

  private static void ofTheDomain(StreamObserver<EchoResponse> response) {
    throw new SoldOutException();
  }

  private void order(EchoServiceBlockingStub shop) {
    try {
      shop.unary(EchoRequest.getDefaultInstance());
    } catch (StatusRuntimeException failed) {
      PlatformException error = PlatformException.from(failed);
      if (error != null && error.is(ShopError.SHOP_ERROR_SOLD_OUT)) {
        offerAnother(error.values().get("sku"));
      }
    }
  }

  private void enter(EchoServiceBlockingStub shop) {
    try {
      shop.unary(EchoRequest.getDefaultInstance());
    } catch (StatusRuntimeException failed) {
      for (FieldViolation wrong : FieldViolation.of(failed)) {
        mark(wrong.field(), wrong.text());
      }
    }
  }

  private void mark(String field, String text) {
    marked.add(field + ": " + text);
  }

  @Test
  void wrongFieldsAreReadBack() throws Exception {
    BadRequest wrong =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField("sku").setDescription("no such"))
            .build();
    com.google.rpc.Status answer =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INVALID_ARGUMENT.value())
            .addDetails(Any.pack(wrong))
            .build();
    try (Hop shop = new Hop(response -> response.onError(StatusProto.toStatusException(answer)))) {

      enter(shop.bare());

      assertThat(marked).containsExactly("sku: no such");
    }
  }

  private void offerAnother(String sku) {
    offered.add("not " + sku);
  }

  @Test
  void clientHearsWhatTheContractDeclares() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(ErrorAutoConfiguration.class))
        .withUserConfiguration(ShopAdvice.class)
        .run(
            context -> {
              ErrorServerStage stage = context.getBean(ErrorServerStage.class);
              try (Hop thrown = new Hop(ErrorGuideTest::handler, stage);
                  Hop advised = new Hop(ErrorGuideTest::ofTheDomain, stage)) {

                order(thrown.bare());
                order(advised.bare());

                assertThat(offered).containsExactly("not 7", "not 7");
              }
            });
  }
}
