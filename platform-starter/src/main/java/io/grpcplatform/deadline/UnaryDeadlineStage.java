package io.grpcplatform.deadline;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import io.grpcplatform.deadline.DeadlineProperties.Adaptive;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the outgoing unary calls of one method. Runs on the thread that starts the call.
 *
 * @param configured the deadline of a call whose caller set none, in nanoseconds; 0 for none
 * @param measured what the method's latencies say; null where nobody asks
 * @param rule what is made of them
 * @param refuseUntypical whether what is left must be what half of the calls take
 */
record UnaryDeadlineStage(
    CallKey key,
    DeadlineBudget budget,
    long configured,
    @Nullable AdaptiveDeadline measured,
    Adaptive rule,
    boolean refuseUntypical)
    implements StagePlan {

  @Override
  public @Nullable CallHook begin(CallStart call) throws Refusal {
    long usual = measured == null ? configured : measured.tighten(configured, rule);
    Deadline own = call.deadline();
    Deadline inherited = Context.current().getDeadline();
    if (inherited != null) {
      inherit(call, own, inherited, usual);
    } else if (own != null) {
      check(own.timeRemaining(TimeUnit.NANOSECONDS), "left of the caller's deadline");
    } else if (usual > 0) {
      call.deadline(Deadline.after(usual, TimeUnit.NANOSECONDS));
    }
    return null;
  }

  private void inherit(CallStart call, @Nullable Deadline own, Deadline inherited, long usual)
      throws Refusal {
    long remaining = inherited.timeRemaining(TimeUnit.NANOSECONDS);
    long allowed = budget.allowed(remaining);
    check(allowed, "left of the inherited deadline after the reserve");
    if (own != null) {
      long wanted = own.timeRemaining(TimeUnit.NANOSECONDS);
      check(wanted, "left of the caller's deadline");
      if (wanted <= allowed) {
        return;
      }
    } else if (usual > 0 && usual <= allowed) {
      call.deadline(Deadline.after(usual, TimeUnit.NANOSECONDS));
      return;
    }
    call.deadline(inherited.offset(-budget.reserve(remaining), TimeUnit.NANOSECONDS));
  }

  private void check(long left, String what) throws Refusal {
    if (budget.tooShort(left)) {
      throw tooShort(left, what, budget.min(), "platform.deadline.reserve.min");
    }
    if (refuseUntypical && measured != null) {
      long typical = measured.typical(rule);
      if (left < typical) {
        throw tooShort(
            left,
            what,
            typical,
            "which half of the calls of the last minute took,"
                + " platform.deadline.refuse-below-p50");
      }
    }
  }

  private Refusal tooShort(long left, String what, long least, String decided) {
    return new Refusal(
        Refusal.Reason.DEADLINE_TOO_SHORT,
        TimeUnit.NANOSECONDS.toMicros(left)
            + " us "
            + what
            + ", too little to send "
            + key.fullMethodName()
            + " (expected: at least "
            + TimeUnit.NANOSECONDS.toMicros(least)
            + " us, "
            + decided
            + ")",
        null);
  }
}
