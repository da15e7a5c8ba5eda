package io.grpcplatform.circuitbreaker;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CalledServices;
import io.grpcplatform.KnownChannels;
import io.grpcplatform.Live;
import io.grpcplatform.NearestName;
import io.grpcplatform.StartupCheck;
import io.grpcplatform.circuitbreaker.CircuitBreakerProperties.Granularity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds settings of resilience4j's breakers that no breaker of a channel ever takes. A name without
 * a colon may be a breaker of somebody else, so it is told only where it is a slip of the hand.
 */
final class BreakerNamesCheck implements StartupCheck {

  private static final String INSTANCES = "resilience4j.circuitbreaker.instances";

  private final Set<String> instances;
  private final Live<CircuitBreakerProperties> settings;
  private final KnownChannels channels;
  private final CalledServices called;

  BreakerNamesCheck(
      Collection<String> instances,
      Live<CircuitBreakerProperties> settings,
      KnownChannels channels,
      CalledServices called) {
    this.instances = new TreeSet<>(instances);
    this.settings = settings;
    this.channels = channels;
    this.called = called;
  }

  @Override
  public List<Finding> findings() {
    CircuitBreakerProperties now = settings.get();
    List<Finding> found = new ArrayList<>();
    if (!now.enabled() || channels.others()) {
      return found;
    }
    for (String name : instances) {
      Finding finding = look(name, now.granularity());
      if (finding != null) {
        found.add(finding);
      }
    }
    return found;
  }

  private @Nullable Finding look(String name, Granularity granularity) {
    String[] parts = name.split(":", -1);
    if (!channels.names().contains(parts[0])) {
      String meant = NearestName.slip(parts[0], channels.names());
      String problem = "There is no channel \"" + parts[0] + "\", so no call takes these settings.";
      if (meant != null) {
        return renamed(name, meant + name.substring(parts[0].length()), problem);
      }
      return parts.length == 1 ? null : Finding.remove("breaker-name", property(name), problem);
    }
    Set<String> services =
        called.methods().stream()
            .map(MethodDescriptor::getServiceName)
            .collect(Collectors.toCollection(TreeSet::new));
    if (parts.length > 1 && !services.contains(parts[1]) && !called.others()) {
      String meant = NearestName.slip(parts[1], services);
      String problem =
          "This application has no stub of " + parts[1] + ", so no call takes these settings.";
      return meant == null
          ? Finding.remove("breaker-name", property(name), problem)
          : renamed(name, name.replace(":" + parts[1], ":" + meant), problem);
    }
    return granularity.coarserThan(name) ? tooFine(name, granularity) : null;
  }

  private static Finding renamed(String name, String meant, String problem) {
    return Finding.instead(
        "breaker-name",
        property(name),
        problem,
        property(meant) + ".base-config",
        GrpcBreakerDefaults.CONFIG + " # and whatever else the other name had");
  }

  private static Finding tooFine(String name, Granularity granularity) {
    Granularity fitting =
        Arrays.stream(Granularity.values())
            .filter(each -> each.names(name))
            .findFirst()
            .orElse(Granularity.METHOD);
    return Finding.of(
        "breaker-granularity",
        "platform.circuitbreaker.granularity",
        "The breaker \""
            + name
            + "\" has settings, but with the granularity "
            + word(granularity)
            + " there is no breaker of that name: no call takes them.",
        word(fitting));
  }

  private static String word(Granularity granularity) {
    return granularity.name().toLowerCase(Locale.ROOT);
  }

  private static String property(String name) {
    return INSTANCES + (name.matches("[A-Za-z0-9-]+") ? "." + name : "[" + name + "]");
  }
}
