package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpcplatform.CallClock;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Live;
import io.grpcplatform.Loopback;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three servers that share one limit through a real Redis, in real time. */
final class SharedThroughRedisTest {

  private static final int RATE = 200;
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir static Path folder;

  private final List<AutoCloseable> closing = new ArrayList<>();
  private RealRedis redis;

  @BeforeEach
  void start() throws Exception {
    redis = RealRedis.start(folder);
    closing.add(redis);
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = closing.size() - 1; i >= 0; i--) {
      closing.get(i).close();
    }
  }

  /** One process as far as limits go: its own connection and its own turnstiles. */
  private final class Node {
    final RedisTokenStore store;
    final Channel channel;
    final BetweenRefusals own = new BetweenRefusals(CallClock.system());

    /** A server whose limit is shared, or one of its own. */
    Node(boolean shared, String algorithm) throws Exception {
      CallClock clock = CallClock.system();
      RateLimitProperties.Redis settings = redis.settings();
      store = RedisTokenStore.connect(settings, "shop", clock);
      closing.add(store);
      Turnstiles turnstiles =
          new Turnstiles(
              clock,
              shared
                  ? (name, limit, now) -> new SharedQuota(name, limit, store, clock, settings)
                  : (name, limit, now) -> Turnstiles.local(limit, now));
      Live<RateLimitProperties> live =
          Live.fixed(
              RateLimitProperties.class,
              Limits.bind(
                  "server.methods[*].rate", RATE + "/s", "server.methods[*].algorithm", algorithm));
      Loopback loopback =
          Loopback.serving(
              new EchoBehaviour(),
              new RateLimitServerStage(live, turnstiles, (side, key) -> own, null));
      closing.add(loopback);
      channel = loopback.channel();
    }
  }

  private SteadyLoad load(List<Node> nodes, int... perSecond) {
    SteadyLoad load = new SteadyLoad(nodes.stream().map(node -> node.channel).toList(), perSecond);
    closing.add(load);
    return load;
  }

  private static long together(long[] served, int nodes) {
    return LongStream.of(served).limit(nodes).sum();
  }

  @Test
  void threeServersTogetherAndOneAloneAllowTheRate() throws Exception {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nodes.add(new Node(true, "token-bucket"));
    }
    nodes.add(new Node(false, "token-bucket"));
    SteadyLoad load = load(nodes, 400, 120, 20, 400);
    load.run(SECOND.multipliedBy(2)); // The burst is gone, the code warm.

    long[] served = load.run(SECOND.multipliedBy(10));

    System.out.println("in 10 s of " + RATE + "/s three and one served " + Arrays.toString(served));
    assertThat(together(served, 3)).isBetween(1900L, 2100L);
    assertThat(served[3]).isBetween(1900L, 2100L);
    assertThat(served[2]).as("the quiet one gets its part").isPositive();
  }

  @Test
  void aSlidingWindowIsSharedToo() throws Exception {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nodes.add(new Node(true, "sliding-window"));
    }
    SteadyLoad load = load(nodes, 300, 100, 20);
    load.run(SECOND.multipliedBy(2));

    long[] served = load.run(SECOND.multipliedBy(3));

    System.out.println("in 3 s of a window of " + RATE + "/s served " + Arrays.toString(served));
    assertThat(together(served, 3)).isBetween(500L, 660L);
  }

  @Test
  void callsGoOnWhileRedisIsAwayAndShareAgainAfterwards() throws Exception {
    List<Node> nodes = List.of(new Node(true, "token-bucket"), new Node(true, "token-bucket"));
    SteadyLoad load = load(nodes, 400, 400);
    load.run(SECOND.multipliedBy(2));

    redis.kill();
    aloneEachAllowsTheRate(load, nodes);
    redis.start();
    long[] meanwhile = load.run(SECOND);
    for (int i = 0; i < 10 && !nodes.stream().allMatch(node -> node.store.there()); i++) {
      meanwhile = load.run(SECOND);
    }
    load.run(SECOND.multipliedBy(2));
    long[] back = load.run(SECOND.multipliedBy(3));

    System.out.println("back " + Arrays.toString(back) + " in 3 s");
    assertThat(meanwhile).doesNotContain(0L);
    assertThat(together(back, 2)).isBetween(540L, 660L);
  }

  /**
   * Counted from one refusal to another, when the bucket is empty both times: so it does not matter
   * how evenly the machine let the calls go out, nor what was in the bucket before.
   */
  private static void aloneEachAllowsTheRate(SteadyLoad load, List<Node> nodes) throws Exception {
    load.run(SECOND);
    nodes.forEach(node -> assertThat(node.store.there()).isFalse());
    nodes.forEach(node -> node.own.begin());
    for (int i = 0; i < 10 && nodes.stream().anyMatch(node -> node.own.seconds() < 2); i++) {
      load.run(SECOND);
    }
    for (Node node : nodes) {
      System.out.println("alone " + node.own);
      assertThat(node.own.perSecond()).isBetween(0.9 * RATE, 1.1 * RATE);
    }
  }

  @Test
  void aRedisThatHangsHoldsNoCallUp() throws Exception {
    List<Node> nodes = List.of(new Node(true, "token-bucket"));
    SteadyLoad load = load(nodes, 400);
    load.run(SECOND);
    assertThat(nodes.get(0).store.there()).isTrue();

    redis.hang();
    aloneEachAllowsTheRate(load, nodes);
    redis.wake();
    for (int i = 0; i < 10 && !nodes.get(0).store.there(); i++) {
      load.run(SECOND);
    }

    assertThat(nodes.get(0).store.there()).isTrue();
    assertThat(load.run(SECOND)[0]).isPositive();
  }
}
