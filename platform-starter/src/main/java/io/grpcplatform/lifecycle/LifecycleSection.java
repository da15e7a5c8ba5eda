package io.grpcplatform.lifecycle;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.InspectedSection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How far the server is on its way to stop, and what it would have to wait for. */
final class LifecycleSection implements InspectedSection {

  private final CallsInFlight calls;
  private final DrainSignal signal;
  private final CallClock clock;

  LifecycleSection(CallsInFlight calls, DrainSignal signal, CallClock clock) {
    this.calls = calls;
    this.signal = signal;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "lifecycle";
  }

  @Override
  public Map<String, Object> content() {
    List<CallInFlight> now = calls.now();
    long nanos = clock.nanoTime();
    long streams = now.stream().filter(CallInFlight::stream).count();
    long oldest =
        now.stream()
            .filter(call -> !call.stream())
            .mapToLong(call -> nanos - call.beganNanos())
            .max()
            .orElse(0);
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("phase", signal.phase().name());
    content.put("unary-in-flight", now.size() - streams);
    content.put("oldest-unary", Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(oldest)));
    content.put("streams-in-flight", streams);
    return content;
  }
}
