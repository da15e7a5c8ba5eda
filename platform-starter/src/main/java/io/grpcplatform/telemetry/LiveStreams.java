package io.grpcplatform.telemetry;

import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.MessageSizes;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The streams that have begun and not ended, on both sides. Threading: safe. */
final class LiveStreams {

  private final Set<LiveStream> live = ConcurrentHashMap.newKeySet();

  /** A plan that also keeps track of each stream that {@code plan} records. */
  StagePlan watched(Side side, CallKey key, StagePlan plan) {
    return new Watched(side, key, plan, live);
  }

  private record Watched(Side side, CallKey key, StagePlan plan, Set<LiveStream> live)
      implements StagePlan {

    @Override
    public @Nullable CallHook begin(CallStart call) throws Refusal {
      CallHook recorded = plan.begin(call);
      if (recorded == null) {
        return null;
      }
      LiveStream stream = new LiveStream(recorded, side, key, call, live::remove);
      live.add(stream);
      return stream;
    }

    @Override
    public @Nullable MessageSizes sizes() {
      return plan.sizes();
    }
  }

  int count() {
    return live.size();
  }

  /** The oldest of them, at most {@code most}. */
  List<LiveStream> oldest(int most) {
    List<LiveStream> all = new ArrayList<>(live);
    all.sort(Comparator.comparingLong(stream -> -stream.age(0)));
    return all.subList(0, Math.min(most, all.size()));
  }
}
