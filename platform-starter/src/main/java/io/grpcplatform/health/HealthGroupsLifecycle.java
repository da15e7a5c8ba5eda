package io.grpcplatform.health;

import io.grpcplatform.CallClock;
import io.grpcplatform.SettingException;
import io.grpcplatform.health.CheckRounds.Times;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.availability.AvailabilityStateHealthIndicator;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.HealthEndpointGroup;
import org.springframework.boot.actuate.health.HealthEndpointGroups;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.NamedContributor;
import org.springframework.boot.actuate.health.Status;
import org.springframework.context.SmartLifecycle;

/**
 * Looks at the health indicators of Spring Boot's groups for as long as the server runs, and tells
 * {@link HealthNames}. What the application's own availability says comes as an event and is not
 * asked for; a group of nothing else is not looked at.
 *
 * <p>Starts before the server and stops after it. Each indicator is asked in a thread of its own.
 */
final class HealthGroupsLifecycle implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(HealthGroupsLifecycle.class);
  private static final int HTTP_OK = 200;

  private final HealthContributorRegistry registry;
  private final HealthEndpointGroups groups;
  private final HealthNames names;
  private final HealthProperties properties;
  private final CallClock clock;
  private final Map<String, Boolean> last = new HashMap<>();

  /** Of the round that runs. */
  private volatile Map<String, List<String>> members = Map.of();

  private @Nullable ExecutorService threads;
  private @Nullable CheckRounds<Status> rounds;

  HealthGroupsLifecycle(
      HealthContributorRegistry registry,
      HealthEndpointGroups groups,
      HealthNames names,
      HealthProperties properties,
      CallClock clock) {
    this.registry = registry;
    this.groups = groups;
    this.names = names;
    this.properties = properties;
    this.clock = clock;
    properties.services().forEach(this::check);
  }

  private void check(String service, String group) {
    if (groups.get(group) == null) {
      throw SettingException.of(
          HealthProperties.PREFIX + "services[" + service + "]",
          group,
          "a group of management.endpoint.health.group: " + String.join(", ", groups.getNames()),
          groups.getNames().isEmpty() ? "readiness" : groups.getNames().iterator().next());
    }
  }

  @Override
  public void start() {
    if (groups.getNames().isEmpty()) {
      return;
    }
    Look first = look();
    names.expect(first.members().keySet());
    watch();
  }

  /**
   * What there is to ask: indicators come and go while the application runs, with a tenant's
   * database or a feature that is switched on.
   *
   * @param members the indicators of each group that has any
   */
  private record Look(
      Map<String, Supplier<Status>> indicators, Map<String, List<String>> members) {}

  private Look look() {
    Map<String, Supplier<Status>> indicators = new TreeMap<>();
    for (NamedContributor<HealthContributor> named : registry) {
      collect(named.getName(), named.getContributor(), indicators);
    }
    Map<String, List<String>> members = new TreeMap<>();
    for (String group : groups.getNames()) {
      List<String> inside =
          indicators.keySet().stream().filter(name -> isMember(groups.get(group), name)).toList();
      if (!inside.isEmpty()) {
        members.put(group, inside);
      }
    }
    Set<String> asked = new HashSet<>();
    members.values().forEach(asked::addAll);
    indicators.keySet().retainAll(asked);
    return new Look(indicators, members);
  }

  private static void collect(
      String name, HealthContributor contributor, Map<String, Supplier<Status>> indicators) {
    if (contributor instanceof CompositeHealthContributor composite) {
      for (NamedContributor<HealthContributor> inner : composite) {
        collect(name + "/" + inner.getName(), inner.getContributor(), indicators);
      }
    } else if (contributor instanceof HealthIndicator indicator
        && !(contributor instanceof AvailabilityStateHealthIndicator)) {
      indicators.put(name, () -> indicator.getHealth(false).getStatus());
    }
  }

  /** A group names what it includes by the whole path, or by the first part of it. */
  private static boolean isMember(@Nullable HealthEndpointGroup group, String name) {
    int slash = name.indexOf('/');
    return group != null
        && (group.isMember(name) || (slash > 0 && group.isMember(name.substring(0, slash))));
  }

  private void watch() {
    ExecutorService pool =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "grpc-platform-health");
              thread.setDaemon(true);
              return thread;
            });
    CheckRounds<Status> made =
        new CheckRounds<>(
            this::questions,
            Status.DOWN,
            new Times(
                TimeUnit.NANOSECONDS.convert(properties.interval()),
                TimeUnit.NANOSECONDS.convert(properties.timeout())),
            pool,
            clock,
            this::tell);
    threads = pool;
    rounds = made;
    made.start();
  }

  private Map<String, Supplier<Status>> questions() {
    Look now = look();
    members = now.members();
    return now.indicators();
  }

  private void tell(Map<String, Status> answers) {
    Map<String, Boolean> up = new HashMap<>();
    members.forEach((group, inside) -> up.put(group, isUp(group, inside, answers)));
    names.seen(up);
  }

  private boolean isUp(String name, List<String> inside, Map<String, Status> answers) {
    HealthEndpointGroup group = groups.get(name);
    if (group == null) {
      return true;
    }
    Set<Status> statuses = new HashSet<>();
    List<String> told = new ArrayList<>();
    for (String member : inside) {
      Status status = answers.getOrDefault(member, Status.DOWN);
      statuses.add(status);
      told.add(member + " " + status.getCode());
    }
    Status all = group.getStatusAggregator().getAggregateStatus(statuses);
    boolean up = group.getHttpCodeStatusMapper().getStatusCode(all) == HTTP_OK;
    Boolean before = last.put(name, up);
    if (before == null ? !up : before != up) {
      log.warn(
          "The health group {} is {} ({}; no answer within {} counts as DOWN)",
          name,
          up ? "up again" : all.getCode(),
          String.join(", ", told),
          properties.timeout());
    }
    return up;
  }

  @Override
  public void stop() {
    CheckRounds<Status> watching = rounds;
    ExecutorService pool = threads;
    rounds = null;
    if (watching != null && pool != null) {
      watching.stop();
      pool.shutdownNow();
    }
  }

  @Override
  public boolean isRunning() {
    return rounds != null;
  }

  @Override
  public int getPhase() {
    // Before the server, whose phase is DEFAULT - 1024, and so after it when all stops.
    return DEFAULT_PHASE - 2048;
  }
}
