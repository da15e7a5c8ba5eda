package io.grpcplatform.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.ShopError;
import io.grpcplatform.v1.DeclaredError;
import io.grpcplatform.v1.ErrorProto;
import org.junit.jupiter.api.Test;

/** Errors of contracts as nobody should write them, and of values that are too long. */
final class UnusualErrorsTest {

  private final ErrorServerStage safe = ErrorServerStage.standard();

  /** An enum value that some file declares. */
  private record Declared(EnumValueDescriptor getValueDescriptor) implements ProtocolMessageEnum {

    static Declared in(String packageName, String text) throws Exception {
      FileDescriptorProto file =
          FileDescriptorProto.newBuilder()
              .setName(packageName + "/errors.proto")
              .setPackage(packageName)
              .addEnumType(
                  EnumDescriptorProto.newBuilder()
                      .setName("Odd")
                      .addValue(
                          EnumValueDescriptorProto.newBuilder()
                              .setName("ODD")
                              .setNumber(0)
                              .setOptions(
                                  EnumValueOptions.newBuilder()
                                      .setExtension(
                                          ErrorProto.error,
                                          DeclaredError.newBuilder()
                                              .setCode("ODD_001")
                                              .setText(text)
                                              .build()))))
              .build();
      return new Declared(
          FileDescriptor.buildFrom(file, new FileDescriptor[0])
              .getEnumTypes()
              .get(0)
              .getValues()
              .get(0));
    }

    @Override
    public int getNumber() {
      return getValueDescriptor.getNumber();
    }

    @Override
    public EnumDescriptor getDescriptorForType() {
      return getValueDescriptor.getType();
    }
  }

  private PlatformException sent(PlatformException error) throws Exception {
    try (Hop hop = new Hop(response -> response.onError(error), safe)) {
      return PlatformException.from(
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> hop.bare().unary(EchoRequest.getDefaultInstance())));
    }
  }

  @Test
  void enumOfNoPackageHasTheEmptyDomain() throws Exception {
    Declared error = Declared.in("", "odd");

    PlatformException read = sent(PlatformException.of(error));

    assertThat(read.domain()).isEmpty();
    assertThat(read.is(error)).isTrue();
    assertThat(read.is(ShopError.SHOP_ERROR_SOLD_OUT)).isFalse();
  }

  @Test
  void platformsOwnPackageIsRefused() throws Exception {
    Declared error = Declared.in("platform", "odd");

    assertThatThrownBy(() -> PlatformException.of(error))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in the package \"platform\" (expected: a package of its own");
  }

  @Test
  void bracketsThatAreNoPlaceStayAsTheyAre() throws Exception {
    Declared error = Declared.in("odd", "{ {{sku}} } {sku {} ${sku} {");

    assertThat(PlatformException.of(error).with("sku", "7").text())
        .isEqualTo("{ {7} } {sku {} $7 {");
  }

  @Test
  void endlessValuesArriveCut() throws Exception {
    String endless = "\ud83d\ude80".repeat(10_000);
    PlatformException error = PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT);
    for (int i = 0; i < 100; i++) {
      error = error.with("value" + i, endless);
    }
    error = error.with("sku", endless).with("left", endless);

    PlatformException read = sent(error);

    assertThat(read.is(ShopError.SHOP_ERROR_SOLD_OUT)).isTrue();
    assertThat(read.values()).hasSize(3).isEqualTo(error.values());
    assertThat(read.values().get("value0")).hasSize(2 * 127 + 3).endsWith("\ud83d\ude80...");
  }

  @Test
  void longTextArrivesCut() throws Exception {
    Declared error = Declared.in("odd", "{sku}".repeat(5));
    PlatformException made = PlatformException.of(error).with("sku", "\u20ac".repeat(170));

    PlatformException read = sent(made);

    assertThat(read.text()).isEqualTo("\u20ac".repeat(199) + "...");
    assertThat(read.values()).isEqualTo(made.values());
  }
}
