package io.grpcplatform.telemetry;

import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.StagePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams that have begun and not ended, on both sides. Threading: safe. */
final class LiveStreams {

  private final Set<LiveStream> live = ConcurrentHashMap.newKeySet();

  /** A plan that also keeps track of each stream that {@code plan} records. */
  StagePlan watched(Side side, CallKey key, StagePlan plan) {
    return call -> {
      CallHook recorded = plan.begin(call);
      if (recorded == null) {
        return null;
      }
      LiveStream stream = new LiveStream(recorded, side, key, call, live::remove);
      live.add(stream);
      return stream;
    };
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
