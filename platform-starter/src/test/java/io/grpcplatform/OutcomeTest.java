package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The outcome table, read from the wire's side and from ours. */
final class OutcomeTest {

  @ParameterizedTest
  @CsvSource({
    "OK, SUCCESS",
    "INVALID_ARGUMENT, SUCCESS",
    "NOT_FOUND, SUCCESS",
    "ALREADY_EXISTS, SUCCESS",
    "FAILED_PRECONDITION, SUCCESS",
    "ABORTED, SUCCESS",
    "OUT_OF_RANGE, SUCCESS",
    "PERMISSION_DENIED, SUCCESS",
    "UNAUTHENTICATED, SUCCESS",
    "UNAVAILABLE, FAILURE",
    "INTERNAL, FAILURE",
    "DATA_LOSS, FAILURE",
    "UNKNOWN, FAILURE",
    "DEADLINE_EXCEEDED, FAILURE",
    "CANCELLED, FAILURE",
    "RESOURCE_EXHAUSTED, OVERLOAD",
    "UNIMPLEMENTED, IGNORED"
  })
  void whatThePeerAnsweredIsReadByTheTable(Status.Code code, Outcome.Kind kind) {
    Outcome outcome = new Outcome(code.toStatus(), new Metadata(), null, false);

    assertThat(outcome.kind()).isEqualTo(kind);
  }

  @Test
  void ourOwnCancelSaysNothingAboutThePeer() {
    Outcome outcome = new Outcome(Status.CANCELLED, new Metadata(), null, true);

    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.IGNORED);
  }

  @ParameterizedTest
  @EnumSource(Refusal.Reason.class)
  void ourOwnRefusalsSayNothingAboutThePeer(Refusal.Reason reason) {
    Refusal refusal = new Refusal(reason, "refused here", null);

    Outcome outcome = new Outcome(refusal.status(), refusal.trailers(), refusal, true);

    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.IGNORED);
  }

  @ParameterizedTest
  @CsvSource({
    "OVERLOADED, OVERLOAD",
    "DRAINING, IGNORED",
    "STREAM_MAX_AGE, IGNORED",
    "CIRCUIT_OPEN, FAILURE"
  })
  void thePeersRefusalsAreReadByTheirReason(Refusal.Reason reason, Outcome.Kind kind) {
    Refusal refusal = new Refusal(reason, "refused there", null);

    Outcome outcome = new Outcome(refusal.status(), refusal.trailers(), null, false);

    assertThat(outcome.kind()).isEqualTo(kind);
  }

  @Test
  void aPeersGarbageInTheDetailsIsNoRefusal() {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {1, 2, 3, -1});

    assertThat(Refusal.reasonOf(trailers)).isNull();
    assertThat(new Outcome(Status.UNAVAILABLE, trailers, null, false).kind())
        .isEqualTo(Outcome.Kind.FAILURE);
  }
}
