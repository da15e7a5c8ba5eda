package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An error in one feature's hook harms neither the call nor the other features. */
final class HookErrorTest {

  @Test
  void anErrorWhileClosingStillEndsTheCall() throws Exception {
    CountingFeature outer = new CountingFeature();
    try (Loopback loopback = Loopback.serving(new EchoBehaviour())) {
      Channel channel =
          loopback.channel(
              outer.on(ClientStage.TELEMETRY),
              CountingFeature.client(ClientStage.SECURITY, call -> new Broken()));

      EchoResponse answer =
          EchoServiceGrpc.newFutureStub(channel)
              .unary(EchoRequest.newBuilder().setText("hello").build())
              .get(10, TimeUnit.SECONDS);

      assertThat(answer).isNotNull();
      assertThat(outer.ended.sum()).isEqualTo(1);
      assertThat(outer.last.status().isOk()).isTrue();
    }
  }

  /** A hook whose library is missing. */
  private static final class Broken implements CallHook {
    @Override
    public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
      throw new NoClassDefFoundError("a hook without its library");
    }

    @Override
    public void ended(Outcome outcome) {}
  }
}
