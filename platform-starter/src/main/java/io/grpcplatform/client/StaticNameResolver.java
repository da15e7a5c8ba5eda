package io.grpcplatform.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a fixed list of addresses, each of which is an instance of its own with its own
 * authority. A host name is looked up again after a connection was lost; while it cannot be looked
 * up its last addresses stay.
 *
 * <p>Threading: called on the channel's synchronization context; host names are looked up on the
 * channel's offload executor.
 */
final class StaticNameResolver extends NameResolver {

  /** Finds the addresses of a host; blocks. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] addressesOf(String host) throws UnknownHostException;
  }

  private final List<HostPort> addresses;
  private final Lookup lookup;
  private final SynchronizationContext context;
  private final Executor offload;
  private final Map<HostPort, EquivalentAddressGroup> known = new ConcurrentHashMap<>();
  private @Nullable Listener2 listener;
  private boolean resolving;

  StaticNameResolver(List<HostPort> addresses, Args args, Lookup lookup) {
    this.lookup = lookup;
    this.addresses = List.copyOf(addresses);
    this.context = args.getSynchronizationContext();
    Executor given = args.getOffloadExecutor();
    this.offload = given == null ? Runnable::run : given;
  }

  @Override
  public String getServiceAuthority() {
    return addresses.get(0).authority();
  }

  @Override
  public void start(Listener2 answers) {
    listener = answers;
    refresh();
  }

  @Override
  public void refresh() {
    if (listener != null && !resolving) {
      resolving = true;
      offload.execute(this::lookUp);
    }
  }

  @Override
  public void shutdown() {
    listener = null;
  }

  private void lookUp() {
    UnknownHostException unknown = null;
    List<EquivalentAddressGroup> found = new ArrayList<>();
    for (HostPort address : addresses) {
      try {
        known.put(address, groupOf(address));
      } catch (UnknownHostException failed) {
        unknown = failed;
      }
      EquivalentAddressGroup group = known.get(address);
      if (group != null) {
        found.add(group);
      }
    }
    StatusOr<List<EquivalentAddressGroup>> answer =
        found.isEmpty()
            ? StatusOr.fromStatus(
                Status.UNAVAILABLE
                    .withDescription("No host of " + addresses + " is known")
                    .withCause(unknown))
            : StatusOr.fromValue(found);
    context.execute(() -> answer(answer));
  }

  private void answer(StatusOr<List<EquivalentAddressGroup>> answer) {
    resolving = false;
    if (listener != null) {
      listener.onResult2(ResolutionResult.newBuilder().setAddressesOrError(answer).build());
    }
  }

  private EquivalentAddressGroup groupOf(HostPort address) throws UnknownHostException {
    List<SocketAddress> sockets = new ArrayList<>();
    for (InetAddress ip : lookup.addressesOf(address.host())) {
      sockets.add(new InetSocketAddress(ip, address.port()));
    }
    return new EquivalentAddressGroup(
        sockets,
        Attributes.newBuilder()
            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, address.authority())
            .build());
  }
}
