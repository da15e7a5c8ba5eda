package io.grpcplatform.async;

import io.grpcplatform.InspectedSection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How many durable calls there are, and how they are carried; never what is in them. */
final class AsyncSection implements InspectedSection {

  private final DurableEngine engine;
  private final String carrier;

  AsyncSection(DurableEngine engine, String carrier) {
    this.engine = engine;
    this.carrier = carrier;
  }

  @Override
  public String name() {
    return "async";
  }

  @Override
  public Map<String, Object> content() {
    CallCounts counts = engine.counts();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("carrier", carrier);
    shown.put("table", engine.workers().usable());
    for (CallState state : new CallState[] {CallState.WAITING, CallState.CARRIED, CallState.DEAD}) {
      shown.put(state.name().toLowerCase(Locale.ROOT), counts.calls(state));
    }
    shown.put("lag-seconds", counts.lag());
    shown.put("running", engine.runner().running());
    shown.put("awaited", engine.waiters().count());
    return shown;
  }
}
