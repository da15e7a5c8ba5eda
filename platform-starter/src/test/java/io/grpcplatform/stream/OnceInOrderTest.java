package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The check of the proof finds what is planted in the database that it reads. */
final class OnceInOrderTest {

  private static final int MESSAGES = 1013;

  private AppliedStore store;

  @BeforeEach
  void applyAll() throws Exception {
    store = new AppliedStore("jdbc:h2:mem:");
    for (int message = 1; message <= MESSAGES; message++) {
      store.apply("session:" + message, message);
    }
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  private String verdict() throws Exception {
    OnceInOrder check = new OnceInOrder(MESSAGES);
    store.effects(check);
    return check.verdict();
  }

  @Test
  void findsNoFaultWhereThereIsNone() throws Exception {
    assertThat(verdict()).isEqualTo(OnceInOrder.flawless(MESSAGES));
  }

  @Test
  void anEffectComesOnceWhereItsMessageComesTwice() throws Exception {
    store.apply("session:17", 17);

    assertThat(verdict()).isEqualTo(OnceInOrder.flawless(MESSAGES));
    assertThat(store.repeats()).isEqualTo(1);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("delete from effects where message = 503", " 1 lost", "first lost: 503"),
        Arguments.of("delete from effects where message = 1013", " 1 lost", "first lost: 1013"),
        Arguments.of(
            "insert into effects (message) values (503)", " 1 twice", "twice: 503 after 1013"),
        Arguments.of(
            "update effects set message = 1012 - message where message in (503, 509)",
            " 6 out of order",
            "out of order: 504 after 509"),
        Arguments.of(
            "update effects set message = 1014 where message = 1", " 1 unknown", "first lost: 1"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void findsWhatIsPlanted(String planted, String counted, String named) throws Exception {
    store.execute(planted);

    assertThat(verdict()).contains(counted, named);
  }
}
