package io.grpcplatform.deadline;

import io.grpcplatform.Live;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.StartupCheck;
import io.grpcplatform.deadline.DeadlineProperties.Stream;
import io.grpcplatform.deadline.DeadlineProperties.StreamMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds limits of streams that never act, because another one always comes first. */
final class StreamLimitsCheck implements StartupCheck {

  private final Live<DeadlineProperties> settings;

  StreamLimitsCheck(Live<DeadlineProperties> settings) {
    this.settings = settings;
  }

  @Override
  public List<Finding> findings() {
    DeadlineProperties now = settings.get();
    List<Finding> found = new ArrayList<>();
    if (now.enabled()) {
      Stream all = now.stream();
      check(Stream.STREAM, all.idleTimeout(), all.messageTimeout(), all.maxAge(), found);
      all.methods().forEach((key, own) -> check(key, own, all, found));
    }
    return found;
  }

  private static void check(String key, StreamMethod own, Stream all, List<Finding> found) {
    check(
        MethodSettings.property(Stream.STREAM + "methods", key) + ".",
        first(own.idleTimeout(), own.maxAge() == null ? Duration.ZERO : all.idleTimeout()),
        first(own.messageTimeout(), own.maxAge() == null ? Duration.ZERO : all.messageTimeout()),
        first(own.maxAge(), all.maxAge()),
        found);
  }

  private static Duration first(@Nullable Duration own, Duration inherited) {
    return own == null ? inherited : own;
  }

  private static void check(
      String prefix, Duration idle, Duration answer, Duration age, List<Finding> found) {
    check(prefix, "idle-timeout", idle, age, found);
    check(prefix, "message-timeout", answer, age, found);
  }

  private static void check(
      String prefix, String leaf, Duration limit, Duration age, List<Finding> found) {
    if (limit.isZero() || age.isZero() || limit.compareTo(age.multipliedBy(11).dividedBy(10)) < 0) {
      return;
    }
    found.add(
        Finding.of(
            "stream-limits",
            prefix + leaf,
            DeadlineSettings.text(limit)
                + " never passes: every stream ends before, at a max-age of "
                + DeadlineSettings.text(age)
                + ".",
            DeadlineSettings.text(age.dividedBy(2))));
  }
}
