package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.Live;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Both stages as tests want them: with settings that stand still unless a test says otherwise. */
final class Stages {

  private Stages() {}

  static Live<DeadlineProperties> fixed(DeadlineProperties settings) {
    return Live.fixed(DeadlineProperties.class, settings);
  }

  static DeadlineClientStage client(DeadlineProperties settings) {
    return client(settings, CallClock.system(), new Random(7));
  }

  static DeadlineClientStage client(
      DeadlineProperties settings,
      CallClock clock,
      RandomGenerator random,
      MessageCorrelation... correlations) {
    return new DeadlineClientStage(fixed(settings), watches(clock, random, correlations), null);
  }

  static DeadlineServerStage server(DeadlineProperties settings) {
    return server(settings, CallClock.system(), new Random(7));
  }

  static DeadlineServerStage server(
      DeadlineProperties settings,
      CallClock clock,
      RandomGenerator random,
      MessageCorrelation... correlations) {
    return new DeadlineServerStage(
        fixed(settings), watches(clock, random, correlations), DeadlineMeters.NONE);
  }

  static StreamWatches watches(
      CallClock clock, RandomGenerator random, MessageCorrelation... correlations) {
    Map<String, MessageCorrelation> byMethod = new HashMap<>();
    for (MessageCorrelation correlation : correlations) {
      byMethod.put(correlation.method(), correlation);
    }
    return new StreamWatches(clock, () -> random, byMethod);
  }
}
