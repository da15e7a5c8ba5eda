package io.grpcplatform.lifecycle;

import io.grpc.EquivalentAddressGroup;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a service, for a client of plain grpc-java; one of them may leave, as in a
 * registry.
 */
final class Addresses extends NameResolverProvider {

  private final List<EquivalentAddressGroup> known = new CopyOnWriteArrayList<>();
  private volatile NameResolver.@Nullable Listener2 listener;

  Addresses(InetSocketAddress... addresses) {
    for (InetSocketAddress address : addresses) {
      known.add(new EquivalentAddressGroup(address));
    }
  }

  /** A channel builder that takes the addresses in turn. */
  ManagedChannelBuilder<?> roundRobin() {
    NameResolverRegistry registry = new NameResolverRegistry();
    registry.register(this);
    return Grpc.newChannelBuilder(
            "known:///instances", InsecureChannelCredentials.create(), registry)
        .defaultLoadBalancingPolicy("round_robin");
  }

  void leave(InetSocketAddress address) {
    known.remove(new EquivalentAddressGroup(address));
    NameResolver.Listener2 told = listener;
    if (told != null) {
      tell(told);
    }
  }

  private void tell(NameResolver.Listener2 told) {
    told.onResult(
        NameResolver.ResolutionResult.newBuilder()
            .setAddressesOrError(StatusOr.fromValue(List.copyOf(known)))
            .build());
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return "instances";
      }

      @Override
      public void start(Listener2 listener) {
        Addresses.this.listener = listener;
        tell(listener);
      }

      @Override
      public void shutdown() {}
    };
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return "known";
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return List.of(InetSocketAddress.class);
  }
}
