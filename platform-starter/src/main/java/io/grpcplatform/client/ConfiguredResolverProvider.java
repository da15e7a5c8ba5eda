package io.grpcplatform.client;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Uri;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Makes another provider's resolvers bring the service config that their channel was made with.
 * Called when a channel leaves idle, on the channel's synchronization context.
 */
final class ConfiguredResolverProvider extends NameResolverProvider {

  /** The config of the channel that asks; a channel without one gets the plain resolver. */
  static final NameResolver.Args.Key<PushedConfig> CONFIG =
      NameResolver.Args.Key.create("io.grpcplatform.client.config");

  private final NameResolverProvider real;

  ConfiguredResolverProvider(NameResolverProvider real) {
    this.real = real;
  }

  @Override
  public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return configured(real.newNameResolver(target, args), args);
  }

  @Override
  public @Nullable NameResolver newNameResolver(Uri target, NameResolver.Args args) {
    return configured(real.newNameResolver(target, args), args);
  }

  private static @Nullable NameResolver configured(
      @Nullable NameResolver resolver, NameResolver.Args args) {
    PushedConfig config = args.getArg(CONFIG);
    return resolver == null || config == null
        ? resolver
        : new ConfiguredResolver(resolver, args, config);
  }

  @Override
  public String getDefaultScheme() {
    return real.getDefaultScheme();
  }

  @Override
  public String getScheme() {
    return real.getScheme();
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return real.getProducedSocketAddressTypes();
  }

  /** Only a provider that is available gets wrapped. */
  @Override
  protected boolean isAvailable() {
    return true;
  }

  /** Stands alone for its scheme: the order among several was decided before. */
  @Override
  protected int priority() {
    return 5;
  }
}
