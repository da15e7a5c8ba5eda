package io.grpcplatform.client;

import io.grpcplatform.Deployment;
import io.grpcplatform.StartupCheck;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Finds calls that leave the machine unencrypted, unless only developers use this application. */
final class PlaintextCheck implements StartupCheck {

  private final Collection<ChannelSettings> channels;
  private final Deployment deployment;

  PlaintextCheck(Collection<ChannelSettings> channels, Deployment deployment) {
    this.channels = List.copyOf(channels);
    this.deployment = deployment;
  }

  @Override
  public List<Finding> findings() {
    String open =
        channels.stream()
            .filter(channel -> leavesTheMachine(channel.target()))
            .map(ChannelSettings::name)
            .sorted()
            .collect(Collectors.joining(", "));
    return deployment.development() || open.isEmpty()
        ? List.of()
        : List.of(
            new Finding(
                "plaintext",
                "platform.client.channels",
                "Calls to other machines travel unencrypted: "
                    + open
                    + ". This version has no TLS of its own, so a service mesh or the network has to"
                    + " encrypt; say so where one does.",
                "platform:\n  startup:\n    ignore: plaintext"));
  }

  private static boolean leavesTheMachine(Target target) {
    if (!(target instanceof Target.Resolved resolved)) {
      return false;
    }
    URI uri = URI.create(resolved.uri());
    if ("unix".equals(uri.getScheme())) {
      return false;
    }
    String hosts = uri.getPath();
    return hosts == null
        || hosts.isEmpty()
        || !Arrays.stream(hosts.substring(1).split(",", -1)).allMatch(PlaintextCheck::isHere);
  }

  private static boolean isHere(String text) {
    HostPort address = HostPort.parse(text);
    return address != null
        && (address.host().equalsIgnoreCase("localhost")
            || address.host().startsWith("127.")
            || address.host().equals("::1"));
  }
}
