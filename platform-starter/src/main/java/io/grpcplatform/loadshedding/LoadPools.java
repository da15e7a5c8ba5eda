package io.grpcplatform.loadshedding;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What is known of the load of each pool of threads that calls run on: calls that wait for the
 * threads of one service say nothing about another service whose threads are free. One appears with
 * the first method that runs on the pool, and stays.
 *
 * <p>Threading: safe; nothing here is done per call.
 */
final class LoadPools {

  private final CpuUse cpu;
  private final Supplier<? extends RandomGenerator> random;
  private final Map<String, Pool> pools = new LinkedHashMap<>();
  private final List<Consumer<? super Pool>> watchers = new ArrayList<>();
  private LoadSheddingProperties settings;

  LoadPools(LoadSheddingProperties start, CpuUse cpu, Supplier<? extends RandomGenerator> random) {
    this.settings = start;
    this.cpu = cpu;
    this.random = random;
  }

  /**
   * One pool.
   *
   * @param name which threads they are
   * @param gate what is in flight there
   * @param overload what shed calls are told
   * @param counts how many were shed
   */
  record Pool(String name, LoadGate gate, Overload overload, ShedCounts counts) {}

  /** The pool of that name, always the same one. */
  synchronized Pool of(String name) {
    Pool known = pools.get(name);
    if (known != null) {
      return known;
    }
    LoadGate gate =
        new LoadGate(
            new LoadGate.Rules(
                AdaptiveLimit.of(
                    settings.algorithm(), settings.initialLimit(), settings.maxLimit()),
                settings.priorities().shares(),
                settings.modeNow()),
            cpu);
    Pool pool = new Pool(name, gate, new Overload(gate, random), new ShedCounts());
    pools.put(name, pool);
    watchers.forEach(watcher -> watcher.accept(pool));
    return pool;
  }

  /** Hands over each pool there is, and each that will be. */
  synchronized void watch(Consumer<? super Pool> watcher) {
    watchers.add(watcher);
    pools.values().forEach(watcher);
  }

  /** Those there are. */
  synchronized List<Pool> all() {
    return List.copyOf(pools.values());
  }

  /** Lets other settings hold; what is in flight stays counted, and each limit where it is. */
  synchronized void change(LoadSheddingProperties next) {
    settings = next;
    for (Pool pool : pools.values()) {
      LoadGate gate = pool.gate();
      gate.rules(
          new LoadGate.Rules(
              gate.rules().limit().under(next.algorithm(), next.initialLimit(), next.maxLimit()),
              next.priorities().shares(),
              next.modeNow()));
    }
  }
}
