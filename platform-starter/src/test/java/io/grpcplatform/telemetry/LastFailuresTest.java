package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import java.lang.reflect.Method;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which calls are remembered, for how long, and apart from which others. */
class LastFailuresTest {

  private static final CallKey KEY = new CallKey("", "pkg.Service", "Method");

  private final LastFailures failures =
      new LastFailures(InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));

  private void end(Status status, Refusal refusal, boolean local) {
    failures.add(
        Side.SERVER, KEY, new Outcome(status, new Metadata(), refusal, local), 1_050_000, null);
  }

  @Test
  void remembersTheLatestTwentyOfEachKind() {
    for (int call = 0; call < 47; call++) {
      end(Status.INTERNAL, null, false);
    }
    end(Status.NOT_FOUND, null, false);

    assertThat(failures.failed())
        .extracting(LastFailures.Failure::number)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(27, 46).map(i -> 73 - i).boxed().toList());
    assertThat(failures.others()).hasSize(1);
  }

  @Test
  void whatItsCallerCausedIsNoFailure() {
    Refusal refusal = new Refusal(Refusal.Reason.OVERLOADED, "full", null);
    end(Status.NOT_FOUND, null, false);
    end(Status.CANCELLED, null, true);
    end(refusal.status(), refusal, true);
    end(Status.UNIMPLEMENTED, null, false);
    end(Status.RESOURCE_EXHAUSTED, null, false);

    assertThat(failures.failed())
        .extracting(LastFailures.Failure::code)
        .containsExactly(Status.Code.RESOURCE_EXHAUSTED, Status.Code.UNIMPLEMENTED);
    assertThat(failures.refused())
        .extracting(LastFailures.Failure::refusal)
        .containsExactly(Refusal.Reason.OVERLOADED);
    assertThat(failures.others())
        .extracting(LastFailures.Failure::code)
        .containsExactly(Status.Code.CANCELLED, Status.Code.NOT_FOUND);
  }

  /** What a stream's hook did not hand on, nobody would record. */
  @Test
  void aWatchedStreamHandsOnEveryCallback() {
    List<String> handedOn =
        Arrays.stream(LiveStream.class.getDeclaredMethods()).map(Method::getName).toList();

    assertThat(CallHook.class.getDeclaredMethods())
        .extracting(Method::getName)
        .allSatisfy(callback -> assertThat(handedOn).contains(callback));
  }
}
