package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import com.google.rpc.LocalizedMessage;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.MisnamedError;
import io.grpcplatform.test.v1.ShopError;
import io.grpcplatform.testing.DeclaredErrorCodes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Errors that a contract declares, from the handler that throws them to a client three hops up. */
final class DeclaredErrorsTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private final ErrorServerStage safe =
      new ErrorServerStage(new SafeStatus(false, () -> 0xBEEFL, unadvised -> null));

  private static void soldOut(StreamObserver<EchoResponse> response) {
    throw PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT, new Error("hunter2"))
        .with("sku", "blue $1 chair")
        .with("left", 0)
        .retryAfter(Duration.ofMillis(1050));
  }

  @Test
  void bareClientReadsTheStandardDetails() throws Exception {
    try (Hop hop = new Hop(DeclaredErrorsTest::soldOut, safe)) {

      StatusRuntimeException failed = failed(() -> hop.bare().unary(HELLO));

      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(failed.getStatus().getDescription())
          .isEqualTo("blue $1 chair is sold out, 0 left of {unknown}");
      com.google.rpc.Status details = StatusProto.fromThrowable(failed);
      ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
      assertThat(info.getDomain()).isEqualTo("platform.test.v1");
      assertThat(info.getReason()).isEqualTo("SHOP_001");
      assertThat(info.getMetadataMap()).isEqualTo(Map.of("sku", "blue $1 chair", "left", "0"));
      assertThat(details.getDetails(1).unpack(LocalizedMessage.class).getMessage())
          .isEqualTo(failed.getStatus().getDescription());
      RetryInfo retry = details.getDetails(2).unpack(RetryInfo.class);
      assertThat(retry.getRetryDelay()).isEqualTo(Durations.fromMillis(1050));
      assertThat(failed.getTrailers().toString()).doesNotContain("hunter2");
    }
  }

  @Test
  void typedErrorSurvivesThreeServices() throws Exception {
    try (Hop last = new Hop(DeclaredErrorsTest::soldOut, safe);
        Hop middle = new Hop(passingOn(last), safe);
        Hop first = new Hop(passingOn(middle), safe)) {

      StatusRuntimeException failed = failed(() -> first.furtherDown().unary(HELLO));

      PlatformException error = PlatformException.from(new CompletionException(failed));
      assertThat(error).isNotNull();
      assertThat(error.is(ShopError.SHOP_ERROR_SOLD_OUT)).isTrue();
      assertThat(error.is(ShopError.SHOP_ERROR_CLOSED)).isFalse();
      assertThat(error.is(MisnamedErrorHolder.TAKEN)).isTrue();
      assertThat(error.domain()).isEqualTo("platform.test.v1");
      assertThat(error.code()).isEqualTo("SHOP_001");
      assertThat(error.text()).isEqualTo("blue $1 chair is sold out, 0 left of {unknown}");
      assertThat(error.values()).containsEntry("left", "0");
      assertThat(error.retryAfter()).isEqualTo(Duration.ofMillis(1050));
      assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }
  }

  /** Its code is another enum's too: codes are compared, so a contract may move its enum. */
  private static final class MisnamedErrorHolder {
    static final MisnamedError TAKEN = MisnamedError.MISNAMED_ERROR_TAKEN;
  }

  private static Consumer<StreamObserver<EchoResponse>> passingOn(Hop further) {
    return response -> response.onError(failed(() -> further.furtherDown().unary(HELLO)));
  }

  @Test
  void errorReadBackAndThrownAgainStaysTheSame() throws Exception {
    try (Hop back = new Hop(DeclaredErrorsTest::soldOut, safe);
        Hop front =
            new Hop(
                response -> {
                  throw PlatformException.from(failed(() -> back.furtherDown().unary(HELLO)));
                },
                safe)) {

      StatusRuntimeException failed = failed(() -> front.bare().unary(HELLO));

      PlatformException error = PlatformException.from(failed);
      assertThat(error.code()).isEqualTo("SHOP_001");
      assertThat(failed.getTrailers().keys()).doesNotContain("x-platform-downstream");
    }
  }

  @Test
  void serverWithoutTheStarterAnswersTheSameWay() throws Exception {
    try (Hop hop = new Hop(DeclaredErrorsTest::soldOut)) {

      StatusRuntimeException failed = failed(() -> hop.bare().unary(HELLO));

      // gRPC alone answers a thrown exception UNKNOWN, whatever it is; passed to onError it keeps.
      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    }
    try (Hop hop = new Hop(r -> r.onError(PlatformException.of(ShopError.SHOP_ERROR_CLOSED)))) {

      PlatformException error = PlatformException.from(failed(() -> hop.bare().unary(HELLO)));

      assertThat(error.is(ShopError.SHOP_ERROR_CLOSED)).isTrue();
    }
  }

  @Test
  void whatIsNotDeclaredHasDefaults() {
    PlatformException bare = PlatformException.of(ShopError.SHOP_ERROR_BARE);

    assertThat(bare.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(bare.text()).isEqualTo("SHOP_ERROR_BARE");
    assertThat(bare.retryAfter()).isNull();
    assertThat(bare.values()).isEmpty();
  }

  @Test
  void unknownDeclaredErrorIsNotTakenForAnException() throws Exception {
    try (Hop hop =
        new Hop(
            response -> {
              throw PlatformException.of(ShopError.SHOP_ERROR_BARE, new Error("hunter2"));
            },
            safe)) {

      StatusRuntimeException failed = failed(() -> hop.bare().unary(HELLO));

      assertThat(failed.getStatus().getDescription()).isEqualTo("SHOP_ERROR_BARE");
      assertThat(PlatformException.from(failed).code()).isEqualTo("SHOP_003");
    }
  }

  @Test
  void eachChangeIsNewAndKeepsTheStackTrace() {
    PlatformException plain = PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT);

    PlatformException changed = plain.with("sku", "7");

    assertThat(plain.values()).isEmpty();
    assertThat(changed.getStackTrace()).isEqualTo(plain.getStackTrace());
  }

  @Test
  void enumValueWithoutAnErrorIsRefused() {
    assertThatThrownBy(() -> PlatformException.of(ShopError.SHOP_ERROR_UNSPECIFIED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "platform.test.v1.ShopError.SHOP_ERROR_UNSPECIFIED: no error (expected: the option"
                + " (platform.v1.error)");
  }

  @Test
  void codeOfAnotherFormIsRefused() {
    assertThatThrownBy(() -> PlatformException.of(MisnamedError.MISNAMED_ERROR_LOWER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"shop-1\" (expected: capital letters");
  }

  @Test
  void anothersErrorCannotBeChanged() throws Exception {
    try (Hop hop = new Hop(DeclaredErrorsTest::soldOut, safe)) {
      PlatformException read = PlatformException.from(failed(() -> hop.bare().unary(HELLO)));

      assertThatThrownBy(() -> read.with("sku", "8")).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusalOfThePlatformIsNoDeclaredError() {
    Refusal refusal = new Refusal(Refusal.Reason.OVERLOADED, "busy", null);

    assertThat(PlatformException.from(refusal.status().asRuntimeException(refusal.trailers())))
        .isNull();
  }

  @Test
  void failureWithoutDetailsIsNoDeclaredError() {
    assertThat(PlatformException.from(Status.NOT_FOUND.asException())).isNull();
    assertThat(PlatformException.from(new IllegalStateException())).isNull();
  }

  private static StatusRuntimeException failed(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run);
  }

  @Test
  void sharedCodeIsFoundWithAllItsNames() {
    assertThatThrownBy(
            () ->
                DeclaredErrorCodes.assertDistinct(
                    ShopError.SHOP_ERROR_BARE.getDescriptorForType().getFile()))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "platform.test.v1 SHOP_001 stands for platform.test.v1.ShopError.SHOP_ERROR_SOLD_OUT and"
                + " platform.test.v1.MisnamedError.MISNAMED_ERROR_TAKEN (expected: a code of its"
                + " own for each)");
  }
}
