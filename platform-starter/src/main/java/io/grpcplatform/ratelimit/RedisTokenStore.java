package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import io.grpcplatform.SettingException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles limits in Redis, each settlement one script. Redis's clock is the only one, so those of
 * the processes may differ. Whoever fails to reach Redis counts it as away and asks each second
 * whether it is back.
 *
 * <p>Threading: safe; everything runs on Lettuce's threads or the clock's, and nothing waits.
 */
final class RedisTokenStore implements TokenStore, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RedisTokenStore.class);
  private static final long PROBE = TimeUnit.SECONDS.toNanos(1);
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final int THREADS = 2;
  private static final RateLimit PROBED = RateLimit.of("1/s");

  private final RedisURI uri;
  private final String prefix;
  private final CallClock clock;
  private final ClientResources resources;
  private final RedisClient client;
  private volatile @Nullable StatefulRedisConnection<String, String> connection;
  private volatile boolean there;
  private volatile boolean closed;
  private volatile int comeback;
  private boolean told;

  private RedisTokenStore(
      RedisURI uri, String prefix, RateLimitProperties.Redis settings, CallClock clock) {
    this.uri = uri;
    this.prefix = prefix;
    this.clock = clock;
    // Of a connection's first exchange; a command's is among the options.
    uri.setTimeout(CONNECTING);
    resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .build();
    client = RedisClient.create(resources, uri);
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(settings.timeout()))
            .build());
  }

  /**
   * A store that connects now, and whenever the connection is lost.
   *
   * @param application whose limits they are, if the settings do not say
   */
  static RedisTokenStore connect(
      RateLimitProperties.Redis settings, String application, CallClock clock) {
    String prefix = settings.prefix();
    RedisTokenStore store =
        new RedisTokenStore(
            uri(settings.address()),
            (prefix == null ? application : prefix) + ":ratelimit:",
            settings,
            clock);
    store.connect();
    return store;
  }

  private static RedisURI uri(String url) {
    try {
      return RedisURI.create(url);
    } catch (IllegalArgumentException wrong) {
      throw SettingException.of(
          RateLimitProperties.PREFIX + "redis.url",
          "set, but no URL of a Redis",
          "redis://host:port, or rediss:// for TLS",
          "redis://localhost:6379");
    }
  }

  private void connect() {
    CompletionStage<StatefulRedisConnection<String, String>> connecting =
        client.connectAsync(StringCodec.UTF8, uri);
    connecting.whenComplete(
        (made, failed) -> {
          connection = made;
          if (made == null) {
            stillAway(failed);
          } else {
            probe();
          }
        });
  }

  /** Asks for what is needed later: a script, and a write. */
  private void probe() {
    StatefulRedisConnection<String, String> open = connection;
    if (closed) {
      return;
    }
    if (open == null) {
      connect();
      return;
    }
    LimitScript script = LimitScript.of(PROBED);
    open.async()
        .eval(
            script.text(),
            ScriptOutputType.MULTI,
            new String[] {prefix + "probe"},
            script.arguments(PROBED, 0, 1))
        .whenComplete(
            (answer, failed) -> {
              if (failed == null) {
                back();
              } else {
                stillAway(failed);
              }
            });
  }

  private synchronized void back() {
    comeback++;
    there = true;
    told = false;
    log.info("Rate limits are shared through Redis at {}:{}", uri.getHost(), uri.getPort());
  }

  /** A settlement failed; of those that fail together the first counts. */
  private synchronized void lost(Throwable failed) {
    if (there) {
      there = false;
      stillAway(failed);
    }
  }

  private synchronized void stillAway(Throwable failed) {
    if (closed) {
      return;
    }
    if (!told) {
      log.warn(
          "Redis at {}:{} is away; until it is back this process keeps its rate limits for itself:"
              + " {}",
          uri.getHost(),
          uri.getPort(),
          failed.toString());
      told = true;
    }
    clock.schedule(this::probe, PROBE);
  }

  @Override
  public boolean there() {
    return there;
  }

  @Override
  public int comeback() {
    return comeback;
  }

  @Override
  public CompletionStage<Answer> settle(String name, RateLimit limit, long used, long wanted) {
    StatefulRedisConnection<String, String> open = connection;
    if (open == null || !there) {
      return CompletableFuture.failedFuture(new IllegalStateException("Redis is away"));
    }
    LimitScript script = LimitScript.of(limit);
    String[] keys = {prefix + name + script.suffix(limit)};
    String[] arguments = script.arguments(limit, used, wanted);
    RedisAsyncCommands<String, String> redis = open.async();
    return redis
        .<List<Long>>evalsha(script.digest(), ScriptOutputType.MULTI, keys, arguments)
        .exceptionallyCompose(
            failed ->
                isUnknownScript(failed)
                    ? redis.eval(script.text(), ScriptOutputType.MULTI, keys, arguments)
                    : CompletableFuture.failedFuture(failed))
        .thenApply(RedisTokenStore::answer)
        .whenComplete(
            (answer, failed) -> {
              if (failed != null) {
                lost(failed);
              }
            });
  }

  private static boolean isUnknownScript(Throwable failed) {
    return failed instanceof RedisNoScriptException
        || (failed instanceof CompletionException
            && failed.getCause() instanceof RedisNoScriptException);
  }

  private static Answer answer(List<Long> told) {
    return new Answer(told.get(0), told.get(1), TimeUnit.MICROSECONDS.toNanos(told.get(2)));
  }

  @Override
  public void close() {
    closed = true;
    there = false;
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
