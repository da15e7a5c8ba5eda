package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.Refusal;
import org.junit.jupiter.api.Test;

/** An instance that stops asks its clients to move, and works on until they have. */
final class SessionDrainTest {

  private static final String ID = "6f1c4e0a-0003";

  private final Answering handler = new Answering();

  private NumberedServer serving() throws Exception {
    return new NumberedServer(handler, SessionLimits.STANDARD, CallClock.system());
  }

  @Test
  void clientsAreAskedOnceToMoveAndServedOn() throws Exception {
    try (NumberedServer server = serving()) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);

      server.drain.advance(Phase.ANNOUNCED);
      server.drain.advance(Phase.DRAINING);

      assertThat(client.next().getSession().hasMove()).isTrue();
      client.send(1, 1);
      assertThat(client.next().getText()).isEqualTo("m1.1");
      client.acknowledge(1, 1);
      assertThat(client.acknowledged(1).hasMove()).isFalse();
    }
  }

  @Test
  void aMoveThatComesBackIsRefusedAndTheOldStreamLives() throws Exception {
    try (NumberedServer server = serving()) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);
      server.drain.advance(Phase.ANNOUNCED);
      assertThat(client.next().getSession().hasMove()).isTrue();

      ScriptedClient again = server.stream();
      again.frame(ScriptedClient.opening(ID, 1, 2));

      assertThat(again.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Refusal.reasonOf(again.trailers())).isEqualTo(Refusal.Reason.DRAINING);
      client.send(1, 1);
      assertThat(client.answer()).isEqualTo("1/1 m1.1");
    }
  }

  @Test
  void othersAreServedWhileAnnouncedAndAskedToMove() throws Exception {
    try (NumberedServer server = serving()) {
      server.drain.advance(Phase.ANNOUNCED);

      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);

      assertThat(client.next().getSession().hasMove()).isTrue();
      client.send(1, 1);
      assertThat(client.answer()).isEqualTo("1/1 m1.1");
    }
  }

  @Test
  void nobodyIsTakenOnceTheDrainHasBegun() throws Exception {
    try (NumberedServer server = serving()) {
      server.drain.advance(Phase.DRAINING);

      ScriptedClient client = server.stream();
      client.frame(ScriptedClient.opening(ID, 1, 1));

      assertThat(client.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Refusal.reasonOf(client.trailers())).isEqualTo(Refusal.Reason.DRAINING);
      assertThat(server.sessions.remembered()).isZero();
    }
  }
}
