package io.grpcplatform.stream;

import io.grpcplatform.InspectedSection;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The resumable sessions of this process, counted by method, and what they may keep. */
final class StreamSection implements InspectedSection {

  private final SessionLimits limits;
  private final SessionCounts counts;

  StreamSection(SessionLimits limits, SessionCounts counts) {
    this.limits = limits;
    this.counts = counts;
  }

  @Override
  public String name() {
    return "stream";
  }

  @Override
  public Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("limits", limits);
    for (SessionWatch.Side side : SessionWatch.Side.values()) {
      Map<String, Object> methods = new LinkedHashMap<>();
      counts.methods().stream()
          .filter(method -> method.key().side() == side)
          .sorted(Comparator.comparing(method -> method.key().fullMethodName()))
          .forEach(method -> methods.put(method.key().fullMethodName(), shown(method)));
      if (!methods.isEmpty()) {
        content.put(side.name().toLowerCase(Locale.ROOT), methods);
      }
    }
    return content;
  }

  private static Map<String, Object> shown(MethodSessions method) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("live", method.live());
    shown.put("waiting", method.waiting());
    shown.put("oldest", Duration.ofNanos(method.oldestNanos()));
    shown.put("unacknowledged", method.unacknowledged());
    for (MethodSessions.Count count : MethodSessions.Count.values()) {
      shown.put(count.name().toLowerCase(Locale.ROOT), method.count(count));
    }
    Map<String, Object> resumes = new LinkedHashMap<>();
    for (SessionWatch.Resume why : SessionWatch.Resume.values()) {
      if (method.resumes(why) > 0) {
        resumes.put(why.name().toLowerCase(Locale.ROOT), method.resumes(why));
      }
    }
    shown.put("resumes", resumes);
    return shown;
  }
}
