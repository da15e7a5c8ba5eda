package io.grpcplatform.helm;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What must hold between the objects of a rendered service, beyond what each object's own schema
 * says.
 */
enum Rule {
  NAMES_ARE_DNS_LABELS(NamingRules::dnsLabels),
  PORT_NAMES_ARE_SHORT(NamingRules::portNames),
  OBJECTS_ARE_UNIQUE(NamingRules::unique),
  LABELS_ARE_VALID(NamingRules::labels),
  OBJECTS_NAME_THEIR_RELEASE(NamingRules::release),
  WORDS_ARE_KNOWN(NamingRules::words),

  SELECTORS_FIND_THE_PODS(WiringRules::selectors),
  SERVICE_PORTS_RESOLVE(WiringRules::servicePorts),
  PROBES_ASK_THE_GRPC_PORT(WiringRules::probes),
  VOLUMES_RESOLVE(WiringRules::volumes),
  SETTINGS_ARE_A_DIRECTORY(WiringRules::settingsDirectory),
  SETTINGS_NAME_THE_PORTS(WiringRules::settingsPorts),
  LOAD_IS_SHED(WiringRules::loadShedding),
  CHECKSUM_FOLLOWS_SETTINGS(WiringRules::checksum),
  SERVICE_ACCOUNT_EXISTS(WiringRules::serviceAccount),
  BOTH_SERVICES_EXIST(WiringRules::bothServices),

  GRACE_COVERS_THE_SHUTDOWN(ShutdownRules::grace),
  SPRING_WAITS_FOR_THE_DRAIN(ShutdownRules::springPhase),
  ROLLOUT_KEEPS_CAPACITY(ShutdownRules::rollout),
  BUDGET_LETS_NODES_DRAIN(ShutdownRules::budget),

  PODS_ARE_RESTRICTED(SecurityRules::restricted),
  NO_TOKEN_IS_MOUNTED(SecurityRules::tokens),
  NO_SERVICE_LINKS(SecurityRules::serviceLinks),
  WRITABLE_SPACE_IS_SIZED(SecurityRules::writableSpace),

  MEMORY_IS_RESERVED(ResourceRules::reserved),
  MEMORY_ADDS_UP(ResourceRules::memory),
  ADDRESSES_EXPIRE(ResourceRules::addresses),

  PODS_ARE_SCRAPED(MonitoringRules::scrapes),
  ALERTS_ARE_THIS_SERVICES(MonitoringRules::alerts),
  DASHBOARD_IS_THIS_SERVICES(MonitoringRules::dashboards);

  // Every check is a reference to a static method, so the enum cannot change.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Function<Manifests, Stream<String>> check;

  Rule(Function<Manifests, Stream<String>> check) {
    this.check = check;
  }

  /** What breaks this rule, each with what was seen and what was expected; empty if it holds. */
  List<String> violations(Manifests release) {
    return check.apply(release).map(violation -> name() + ": " + violation).toList();
  }

  /** Everything wrong with a release: its objects' structure, and every rule. */
  static List<String> findings(Manifests release) {
    return Stream.concat(
            release.objects().stream().flatMap(object -> StrictModels.faults(object).stream()),
            Stream.of(values()).flatMap(rule -> rule.violations(release).stream()))
        .toList();
  }
}
