package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.Status.Code;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

/** What a server tells of a connection that closes under a write. */
final class LostConnectionTest {

  @Test
  void closedChannelIsToldAsUnavailable() {
    // As gRPC's Netty transport names it.
    ClosedChannelException closed = new ClosedChannelException();
    closed.initCause(new ClosedChannelException());
    Status wire = Status.UNKNOWN.withDescription("channel closed").withCause(closed);

    Status told = ServerCallTracer.lost(wire);

    assertThat(told.getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(told.getCause()).isSameAs(closed);
  }

  @Test
  void everyOtherStatusIsToldAsItIs() {
    Status unknown = Status.UNKNOWN.withCause(new IllegalStateException());
    Status reset = Status.CANCELLED.withCause(new ClosedChannelException());

    assertThat(ServerCallTracer.lost(unknown)).isSameAs(unknown);
    assertThat(ServerCallTracer.lost(reset)).isSameAs(reset);
    assertThat(ServerCallTracer.lost(Status.OK)).isSameAs(Status.OK);
  }
}
