package io.grpcplatform.client;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import io.grpc.inprocess.InProcessSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;

/**
 * Resolves every target to one server of this process. A channel made for the address itself would
 * refuse load balancing settings, and a test's channel is to take what production's takes.
 *
 * <p>Threading: called on the channel's synchronization context.
 */
final class InProcessResolverProvider extends NameResolverProvider {

  /** What a channel that uses this resolver names as its target. */
  static final String TARGET = "in-process:///localhost";

  private final InProcessSocketAddress address;

  InProcessResolverProvider(String name) {
    address = new InProcessSocketAddress(name);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return "localhost";
      }

      @Override
      public void start(Listener2 listener) {
        listener.onResult2(
            ResolutionResult.newBuilder()
                .setAddressesOrError(
                    StatusOr.fromValue(List.of(new EquivalentAddressGroup(address))))
                .build());
      }

      @Override
      public void shutdown() {}
    };
  }

  @Override
  public String getDefaultScheme() {
    return "in-process";
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return List.of(InProcessSocketAddress.class);
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
