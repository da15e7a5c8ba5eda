package io.grpcplatform.composition.endings;

import io.grpc.MethodDescriptor.MethodType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a call ends, the wire, the timer, the span and the access log name one status, for each
 * kind of call: on the server towards a bare client that knows nothing of it, and on both sides
 * where the client is of this starter.
 */
final class EveryEndingTellsOneStatusTest {

  /** Loads classes, so that this is no part of any deadline. */
  @BeforeAll
  static void warm() throws Exception {
    for (MethodType kind : Ending.KINDS) {
      OneTruth.check(HandlerEndings.all().get(0), kind, false);
    }
  }

  @AfterAll
  static void close() {
    OneTruth.closeAll();
  }

  private static Stream<Arguments> each(List<Ending> endings) {
    return endings.stream()
        .flatMap(ending -> ending.told().keySet().stream().map(kind -> Arguments.of(ending, kind)));
  }

  static Stream<Arguments> endings() {
    return each(Endings.all());
  }

  static Stream<Arguments> endingsOfBareClients() {
    return each(Endings.all().stream().filter(ending -> !ending.needsStarter()).toList());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("endings")
  void bothSidesTellWhatTheCallerReads(Ending ending, MethodType kind) throws Exception {
    OneTruth.check(ending, kind, false);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("endingsOfBareClients")
  void serverTellsWhatABareClientReads(Ending ending, MethodType kind) throws Exception {
    OneTruth.check(ending, kind, true);
  }
}
