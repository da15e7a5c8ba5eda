package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpcplatform.test.v1.EchoResponse;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker of the suite finds what is planted. */
final class CallsAuditTest {

  private static final String POISON = CallsAudit.poison("b");
  private static final Operation ANSWERED =
      Operation.newBuilder()
          .setDone(true)
          .setResponse(Any.pack(EchoResponse.newBuilder().setText("one done").build()))
          .build();
  private static final Operation DEAD =
      Operation.newBuilder()
          .setDone(true)
          .setError(
              Status.newBuilder()
                  .setCode(Code.INVALID_ARGUMENT_VALUE)
                  .setMessage("as poison b wants"))
          .build();
  private static final DeadLetter LETTER =
      new DeadLetter(
          "operations/b",
          "method",
          "b",
          1,
          io.grpc.Status.INVALID_ARGUMENT.withDescription("as poison b wants"),
          Instant.EPOCH);
  private static final Map<String, String> SUBMITTED = Map.of("a", "one", "b", POISON);
  private static final Map<String, Operation> ENDED = Map.of("a", ANSWERED, "b", DEAD);
  private static final Map<String, DeadLetter> LETTERS = Map.of("b", LETTER);

  @Test
  void findsNothingWhereAllIsWell() {
    assertThat(new CallsAudit(SUBMITTED, ENDED, Map.of("a", 1), LETTERS).findings()).isEmpty();
  }

  @Test
  void findsACallThatIsLost() {
    assertThat(new CallsAudit(SUBMITTED, Map.of("b", DEAD), Map.of("a", 1), LETTERS).findings())
        .containsExactly("a is lost");
  }

  @Test
  void findsACallThatWasCarriedOutTwiceOrNever() {
    assertThat(new CallsAudit(SUBMITTED, ENDED, Map.of("a", 2), LETTERS).findings())
        .containsExactly("a was carried out 2 times");
    assertThat(new CallsAudit(SUBMITTED, ENDED, Map.of(), LETTERS).findings())
        .containsExactly("a was carried out 0 times");
  }

  @Test
  void findsAWrongAnswer() {
    Map<String, Operation> swapped = Map.of("a", DEAD, "b", DEAD);

    assertThat(new CallsAudit(SUBMITTED, swapped, Map.of("a", 1), LETTERS).findings())
        .singleElement()
        .asString()
        .startsWith("a ended with");
  }

  @Test
  void findsAPoisonMessageWithoutADeadLetter() {
    assertThat(new CallsAudit(SUBMITTED, ENDED, Map.of("a", 1), Map.of()).findings())
        .containsExactly("b is not among the dead letters with its error, but null");
  }

  @Test
  void findsAFailedCallThatLeftItsWork() {
    assertThat(new CallsAudit(SUBMITTED, ENDED, Map.of("a", 1, "b", 1), LETTERS).findings())
        .containsExactly("b failed and was carried out");
  }
}
