package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.KnownLatencies;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The refusal of calls that half of their like would not finish in time. */
final class TypicalLatencyTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private static void callsTook(LiveEcho echo, int calls, Duration each) {
    new KnownLatencies(echo.latencies.of(LiveEcho.UNARY)).answered(calls, each);
    echo.clock.advance(Duration.ofSeconds(10));
  }

  @Test
  void lessThanTheMedianLeftIsRefusedOnRequest() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "refuse-below-p50", "true")) {
      callsTook(echo, 100, Duration.ofSeconds(30));

      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> echo.stub().withDeadlineAfter(20, TimeUnit.SECONDS).unary(HELLO));

      assertThat(Refusal.reasonOf(refused.getTrailers()))
          .isEqualTo(Refusal.Reason.DEADLINE_TOO_SHORT);
      assertThat(refused.getStatus().getDescription())
          .contains("which half of the calls of the last minute took")
          .endsWith("platform.deadline.refuse-below-p50)");
      assertThat(echo.wire.last()).isNull();
    }
  }

  @Test
  void byDefaultTheMedianRefusesNothing() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour())) {
      callsTook(echo, 100, Duration.ofSeconds(30));

      echo.stub().withDeadlineAfter(20, TimeUnit.SECONDS).unary(HELLO);

      assertThat(echo.leftOnTheWire()).isBetween(1L, 20_000L);
    }
  }

  @Test
  void tooFewCallsMakeNoMedian() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "refuse-below-p50", "true")) {
      callsTook(echo, 99, Duration.ofSeconds(30));

      echo.stub().withDeadlineAfter(20, TimeUnit.SECONDS).unary(HELLO);

      assertThat(echo.leftOnTheWire()).isBetween(1L, 20_000L);
    }
  }

  @Test
  void aConfiguredDeadlineIsNotComparedWithIt() throws Exception {
    try (LiveEcho echo =
        new LiveEcho(new EchoBehaviour(), "refuse-below-p50", "true", "default", "20s")) {
      callsTook(echo, 100, Duration.ofSeconds(30));

      echo.stub().unary(HELLO);

      assertThat(echo.leftOnTheWire()).isBetween(1L, 20_000L);
    }
  }

  @Test
  void aRefusedMethodIsTriedAgainWhenItsMinuteIsOver() throws Exception {
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), "refuse-below-p50", "true")) {
      callsTook(echo, 100, Duration.ofSeconds(30));
      assertThatThrownBy(() -> echo.stub().withDeadlineAfter(20, TimeUnit.SECONDS).unary(HELLO))
          .isInstanceOf(StatusRuntimeException.class);

      echo.clock.advance(Duration.ofSeconds(60));
      echo.stub().withDeadlineAfter(20, TimeUnit.SECONDS).unary(HELLO);

      assertThat(echo.leftOnTheWire()).isBetween(1L, 20_000L);
    }
  }
}
