package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Settings that change while calls run: a running call keeps its own, the next has the new. */
final class LiveDeadlineTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  @Test
  void aChangedDefaultHoldsFromTheNextCall() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour())) {
      echo.stub().unary(HELLO);
      assertThat(echo.leftOnTheWire()).isBetween(1L, 5_000L);

      echo.apply("default", "600s");
      echo.stub().unary(HELLO);

      assertThat(echo.leftOnTheWire()).isBetween(61_000L, 600_000L);
    }
  }

  @Test
  void deadlinesCanBeSwitchedOffAndOnAgain() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "enabled", "false")) {
      echo.stub().unary(HELLO);
      assertThat(echo.wire.last()).isNull();

      echo.apply("default", "60s");
      echo.stub().unary(HELLO);
      assertThat(echo.leftOnTheWire()).isBetween(1L, 60_000L);

      echo.apply("enabled", "false");
      echo.stub().unary(HELLO);
      assertThat(echo.wire.last()).isNull();
    }
  }

  @Test
  void aRunningStreamKeepsTheLimitsItBeganWith() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "stream.idle-timeout", "60s")) {
      Conversation before = new Conversation(echo.channel);
      before.exchange("hello");

      echo.apply("stream.idle-timeout", "20s");
      Conversation after = new Conversation(echo.channel);
      after.exchange("hello");
      echo.clock.advance(Duration.ofSeconds(20));

      assertThat(after.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
      before.exchange("still here");
      echo.clock.advance(Duration.ofSeconds(60));
      assertThat(before.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
    }
  }

  @Test
  void aServersNewCapEndsTheNextHangingCall() throws Exception {
    EchoServiceGrpc.EchoServiceImplBase hanging =
        new EchoServiceGrpc.EchoServiceImplBase() {
          @Override
          public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {}
        };
    try (LiveEcho echo = new LiveEcho(hanging)) {
      echo.apply("default", "60s", "server.max", "150ms");

      StatusRuntimeException ended =
          catchThrowableOfType(StatusRuntimeException.class, () -> echo.stub().unary(HELLO));

      assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(ended.getStatus().getDescription()).contains("The server's own deadline");
    }
  }
}
