package io.grpcplatform.client;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes resolvers of {@code static://host1:port1,host2:port2}. Called when a channel leaves idle,
 * on the channel's synchronization context.
 */
final class StaticNameResolverProvider extends NameResolverProvider {

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    String path = target.getPath();
    List<HostPort> addresses = new ArrayList<>();
    for (String text : (path == null ? "" : path.replaceFirst("^/", "")).split(",", -1)) {
      HostPort address = HostPort.parse(text);
      if (address == null) {
        throw new IllegalArgumentException(target + " (expected: static:///host:port,host:port)");
      }
      addresses.add(address);
    }
    return new StaticNameResolver(addresses, args, InetAddress::getAllByName);
  }

  @Override
  public String getDefaultScheme() {
    return "static";
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }
}
