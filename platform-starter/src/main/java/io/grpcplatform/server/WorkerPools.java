package io.grpcplatform.server;

import io.grpc.MethodDescriptor;
import io.grpcplatform.OperatorServices;
import io.grpcplatform.SettingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pools of a server and which methods each of them is for: the method's own, else its
 * service's, else the one for all. Threading: safe; {@link #of} takes no lock.
 */
final class WorkerPools {

  private static final String PREFIX = ServerProperties.PREFIX + ".executor";
  private static final String STANDARD = "default";

  /**
   * One executor; without a pool it is the event loop. It stays known when nothing uses it any
   * more, for calls that do and for settings that come back.
   */
  private record Lane(ExecutorPlan.Type type, @Nullable WorkerPool pool) {}

  /** Where new calls go; swapped whole. */
  private record Routes(Lane standard, Map<String, Lane> services, Map<String, Lane> methods) {}

  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private final List<Consumer<WorkerPool>> watchers = new CopyOnWriteArrayList<>();
  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private final boolean alwaysDirect;
  private final WorkerPool admin;
  private final WorkerPool cancelled;
  private Set<String> nonBlocking = Set.of();
  private ExecutorPlans plans;
  private volatile Routes routes;

  WorkerPools(ExecutorPlans plans) {
    this.plans = plans;
    this.alwaysDirect = plans.direct();
    this.admin = pool("admin", ExecutorPlan.platform(2, ExecutorPlan.QUEUE));
    this.cancelled = pool("cancelled", ExecutorPlan.platform(8, ExecutorPlan.QUEUE));
    this.routes = routes();
  }

  /** Whether no call of this server can ever leave the event loop. */
  boolean alwaysDirect() {
    return alwaysDirect;
  }

  /** The pool for a method's calls, or null for the event loop. */
  @Nullable WorkerPool of(MethodDescriptor<?, ?> method) {
    Routes now = routes;
    Lane own = now.methods().get(method.getFullMethodName());
    if (own == null) {
      own = now.services().get(String.valueOf(method.getServiceName()));
    }
    return (own == null ? now.standard() : own).pool();
  }

  /** Whether settings have a say in a pool's size. */
  boolean sizedBySettings(WorkerPool pool) {
    return pool != admin && pool != cancelled;
  }

  /** For what a cancelled call still has to do while its own pool is busy. */
  WorkerPool cancelled() {
    return cancelled;
  }

  synchronized void nonBlocking(Set<String> services) {
    nonBlocking = services;
    routes = routes();
  }

  synchronized void change(ExecutorPlans next) {
    plans = next;
    routes = routes();
  }

  /**
   * Throws where {@code next} cannot follow on what holds now: threads do not change their kind.
   */
  synchronized void check(ExecutorPlans next) {
    if (alwaysDirect && !next.direct()) {
      throw SettingException.of(
          PREFIX + ".type",
          word(next.standard().type()) + " with " + next.methods().size() + " methods of their own",
          "direct for every method until the next start",
          "direct");
    }
    checkType(PREFIX, STANDARD, next.standard());
    next.methods().forEach((key, plan) -> checkType(property(key), key, plan));
  }

  private void checkType(String property, String name, ExecutorPlan next) {
    Lane lane = lanes.get(name);
    if (lane != null && lane.type() != next.type()) {
      throw restart(property, next.type(), word(lane.type()));
    }
  }

  private static SettingException restart(String property, ExecutorPlan.Type seen, String now) {
    return SettingException.of(property + ".type", word(seen), now + " until the next start", now);
  }

  private static String word(ExecutorPlan.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static String property(String key) {
    return PREFIX + ".methods[" + key + "]";
  }

  private Routes routes() {
    Map<String, Lane> services = new HashMap<>();
    Map<String, Lane> methods = new HashMap<>();
    Lane standard = lane(STANDARD, PREFIX, plans.standard());
    for (String service : OperatorServices.names()) {
      services.put(service, alwaysDirect ? standard : new Lane(ExecutorPlan.Type.PLATFORM, admin));
    }
    for (String service : nonBlocking) {
      services.put(service, new Lane(ExecutorPlan.Type.DIRECT, null));
    }
    plans
        .methods()
        .forEach(
            (key, plan) -> {
              Lane lane = lane(key, property(key), plan);
              if (key.endsWith("/*")) {
                services.put(key.substring(0, key.length() - 2), lane);
              } else {
                methods.put(key, lane);
              }
            });
    return new Routes(standard, Map.copyOf(services), Map.copyOf(methods));
  }

  private Lane lane(String name, String property, ExecutorPlan plan) {
    Lane lane = lanes.get(name);
    if (lane == null) {
      lane =
          plan.type() == ExecutorPlan.Type.DIRECT
              ? new Lane(ExecutorPlan.Type.DIRECT, null)
              : new Lane(plan.type(), pool(name, property, plan));
      lanes.put(name, lane);
    } else if (lane.pool() != null) {
      lane.pool().resize(plan);
    }
    return lane;
  }

  private WorkerPool pool(String name, ExecutorPlan plan) {
    return pool(name, PREFIX, plan);
  }

  private WorkerPool pool(String name, String property, ExecutorPlan plan) {
    String prefix = "grpc-" + name + "-";
    ThreadFactory threads =
        plan.type() == ExecutorPlan.Type.VIRTUAL ? VirtualThreads.named(prefix) : daemons(prefix);
    WorkerPool pool =
        new WorkerPool(
            name,
            property,
            task -> {
              Thread thread = threads.newThread(task);
              // Else the event loop's, which it has from the application that opened it first.
              thread.setContextClassLoader(loader);
              return thread;
            },
            plan);
    watchers.forEach(watcher -> watcher.accept(pool));
    return pool;
  }

  private static ThreadFactory daemons(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  synchronized void watch(Consumer<WorkerPool> watcher) {
    watchers.add(watcher);
    all().forEach(watcher);
  }

  synchronized void retire() {
    all().forEach(WorkerPool::retire);
  }

  synchronized List<WorkerPool> all() {
    List<WorkerPool> all = new ArrayList<>(List.of(admin, cancelled));
    for (Lane lane : lanes.values()) {
      if (lane.pool() != null) {
        all.add(lane.pool());
      }
    }
    return all;
  }
}
