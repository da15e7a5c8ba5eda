package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.test.v1.PolicyServiceGrpc;
import io.grpcplatform.test.v1.WrongPolicyServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is read of a contract's method option. */
final class MethodPolicyTest {

  @Test
  void aMethodWithoutTheOptionSaysNothing() {
    assertThat(MethodPolicy.of(PolicyServiceGrpc.getSilentMethod())).isSameAs(MethodPolicy.NONE);
  }

  @Test
  void everyFieldOfTheOptionIsRead() {
    MethodPolicy policy = MethodPolicy.of(PolicyServiceGrpc.getEverythingMethod());

    assertThat(policy)
        .isEqualTo(
            new MethodPolicy(
                Duration.ofMillis(1050),
                new MethodPolicy.Retry(4, Duration.ofMillis(5), Duration.ofSeconds(2), 1.5),
                "critical",
                new MethodPolicy.Stream(
                    Duration.ofSeconds(7),
                    Duration.ofMinutes(2),
                    Duration.ofHours(1),
                    Duration.ofSeconds(3))));
  }

  @Test
  void whatTheOptionLeavesOutIsNull() {
    MethodPolicy policy = MethodPolicy.of(PolicyServiceGrpc.getWatchMethod());

    assertThat(policy.deadline()).isNull();
    assertThat(policy.priority()).isNull();
    assertThat(policy.retry()).isEqualTo(new MethodPolicy.Retry(null, null, null, null));
    assertThat(policy.stream().openTimeout()).isNull();
    assertThat(policy.stream().messageTimeout()).isNull();
  }

  @Test
  void aDurationOfZeroIsSomethingElseThanNone() {
    assertThat(MethodPolicy.of(PolicyServiceGrpc.getEndlessMethod()).deadline()).isZero();
    assertThat(MethodPolicy.of(PolicyServiceGrpc.getWatchMethod()).stream().maxAge()).isZero();
  }

  @Test
  void aNegativeDeadlineIsRefusedWithItsPlace() {
    SettingException wrong =
        catchThrowableOfType(
            SettingException.class,
            () -> MethodPolicy.of(WrongPolicyServiceGrpc.getBackwardsMethod()));

    assertThat(wrong)
        .hasMessageContaining("platform.test.v1.WrongPolicyService/Backwards deadline")
        .hasMessageContaining("-1s 0ns");
    assertThat(wrong.yaml()).contains("option (platform.v1.policy) = {deadline: {seconds: 2}}");
  }

  @Test
  void aNegativeLimitOfAStreamIsRefused() {
    SettingException wrong =
        catchThrowableOfType(
            SettingException.class,
            () -> MethodPolicy.of(WrongPolicyServiceGrpc.getBackwardsStreamMethod()));

    assertThat(wrong)
        .hasMessageContaining("WrongPolicyService/BackwardsStream stream.max_age")
        .hasMessageContaining("0s -5000000ns");
  }

  @Test
  void aMethodMadeWithoutAProtoSaysNothing() {
    MethodDescriptor<String, String> plain =
        MethodDescriptor.newBuilder(new Text(), new Text())
            .setFullMethodName("plain.Service/Say")
            .setType(MethodType.UNARY)
            .build();

    assertThat(MethodPolicy.of(plain)).isSameAs(MethodPolicy.NONE);
  }

  @Test
  void theContractCanBeImportedFromTheClassPath() throws IOException {
    try (InputStream contract =
        MethodPolicy.class.getResourceAsStream("/platform/v1/policy.proto")) {
      assertThat(new String(contract.readAllBytes(), StandardCharsets.UTF_8))
          .contains("extend google.protobuf.MethodOptions");
    }
  }

  /** Messages that no protobuf knows. */
  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException failed) {
        throw new IllegalStateException(failed);
      }
    }
  }
}
