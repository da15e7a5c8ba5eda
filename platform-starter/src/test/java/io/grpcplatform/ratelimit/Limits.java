package io.grpcplatform.ratelimit;

import io.grpcplatform.CallKey;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.Outcome;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.testing.ManualClock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Both stages of one set of settings, on a clock that stands still. */
final class Limits {

  final ManualClock clock = new ManualClock();
  final LiveSettings live = new LiveSettings();
  final Live<RateLimitProperties> settings;
  final Turnstiles turnstiles =
      new Turnstiles(clock, (name, limit, now) -> Turnstiles.local(limit, now));
  final RateLimitServerStage server;
  final RateLimitClientStage client;

  /** The stages with {@code pairs} of property (after {@code platform.ratelimit.}) and value. */
  Limits(String... pairs) {
    settings = live.add(RateLimitProperties.class, bind(pairs));
    server =
        new RateLimitServerStage(settings, turnstiles, (side, key) -> LimitCounters.NONE, null);
    client = new RateLimitClientStage(settings, turnstiles, (side, key) -> LimitCounters.NONE);
  }

  static RateLimitProperties bind(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("platform.ratelimit." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("platform.ratelimit", RateLimitProperties.class);
  }

  /** Sets other settings while calls run. */
  void change(String... pairs) {
    live.apply(Map.of(settings, bind(pairs)));
  }

  /** Takes all tokens of a method's limit and says how many there were. */
  int drain(String name, RateLimit limit) {
    Turnstile turnstile = turnstiles.ofAll(name, limit);
    int taken = 0;
    while (turnstile.enter(false) == 0) {
      taken++;
    }
    return taken;
  }

  /** Hears the ends of server calls after the limit has: it is the outermost. */
  static final class Ends implements ServerFeature {
    private final Semaphore begun = new Semaphore(0);
    private final LinkedBlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();

    @Override
    public ServerStage stage() {
      return ServerStage.TELEMETRY;
    }

    @Override
    public StagePlan plan(CallKey key, io.grpc.MethodDescriptor<?, ?> method) {
      return call -> {
        begun.release();
        return ended::add;
      };
    }

    void awaitBegun(int calls) throws InterruptedException {
      if (!begun.tryAcquire(calls, 30, TimeUnit.SECONDS)) {
        throw new AssertionError(
            begun.availablePermits() + " calls of " + calls + " began in 30 s");
      }
    }

    Outcome next() throws InterruptedException {
      Outcome next = ended.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no call ended within 10 s");
      }
      return next;
    }
  }
}
