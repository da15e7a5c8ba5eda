package io.grpcplatform.client;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpcplatform.NamedChannels;
import io.grpcplatform.NearestName;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The channels that share one application context: settings are put together and checked when this
 * is made, channels when they are first used.
 *
 * <p>Threading: safe.
 */
final class SharedChannels implements GrpcChannels, NamedChannels, AutoCloseable {

  private final ClientProperties properties;
  private final Target.Reader targets;
  private final ChannelFactory factory;
  private final StubFactories stubs;
  private final Map<String, ChannelSettings> settings = new HashMap<>();
  private final Map<String, LazyChannel> channels = new ConcurrentHashMap<>();
  private boolean closed;

  SharedChannels(
      ClientProperties properties,
      Target.Reader targets,
      ChannelFactory factory,
      StubFactories stubs) {
    this.stubs = stubs;
    this.properties = properties;
    this.targets = targets;
    this.factory = factory;
    ChannelSettings.check(properties.defaults());
    properties.channels().forEach((name, own) -> settings.put(name, settings(name, own)));
  }

  private ChannelSettings settings(String name, ClientProperties.Channel own) {
    Target target = targets.read(name, own.target());
    return ChannelSettings.of(name, target, own, properties.defaults());
  }

  @Override
  public Channel channel(String name) {
    Channel bare = shared(name);
    stubs.unknown();
    return bare;
  }

  @Override
  public Channel named(String name) {
    return shared(name);
  }

  private Channel shared(String name) {
    LazyChannel channel = channels.get(name);
    return channel == null ? add(name) : channel;
  }

  @Override
  public <S> S stub(String name, Class<S> stubType) {
    stubs.check(stubType);
    return stubs.make(stubType, shared(name));
  }

  private synchronized LazyChannel add(String name) {
    ChannelSettings known = known(name);
    LazyChannel channel =
        channels.computeIfAbsent(
            name,
            absent -> new LazyChannel(() -> factory.make(known), known.effective().waitForReady()));
    if (closed) {
      channel.close();
    }
    return channel;
  }

  private ChannelSettings known(String name) {
    ChannelSettings known = settings.get(name);
    if (known != null) {
      return known;
    }
    if (targets.inProcessName() != null) {
      return settings(name, ClientProperties.Channel.EMPTY);
    }
    String property = ChannelSettings.property(name) + ".target";
    String meant = NearestName.slip(name, settings.keySet());
    throw SettingException.of(
        property,
        null,
        "the target of the channel \""
            + name
            + "\" that a @GrpcClient or GrpcChannels asks for; configured channels: "
            + (settings.isEmpty() ? "none" : String.join(", ", new TreeSet<>(settings.keySet())))
            + (meant == null ? "" : "; is \"" + meant + "\" meant?"),
        "static://localhost:9090");
  }

  /** What holds for each configured channel. */
  Collection<ChannelSettings> settings() {
    return settings.values();
  }

  ChannelFactory factory() {
    return factory;
  }

  /** The names of all channels, configured or asked for. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(settings.keySet());
    names.addAll(channels.keySet());
    return names;
  }

  /** The state of a channel's connections, without connecting; null before its first call. */
  @Nullable String state(String name) {
    LazyChannel channel = channels.get(name);
    ConnectivityState state = channel == null ? null : channel.state();
    return state == null ? null : state.name();
  }

  /** Fails where channels could not be built when they are first used. */
  void check() {
    factory.check(settings.keySet());
  }

  /** Lets channels be made again after a {@link #shutdown}. */
  synchronized void reopen() {
    closed = false;
    channels.values().forEach(LazyChannel::reopen);
  }

  /** Refuses new calls, waits for those in flight, cuts what is left after {@code patience}. */
  void shutdown(Duration patience) {
    List<ManagedChannel> open = refuseCalls();
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      for (ManagedChannel channel : open) {
        channel.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
    open.forEach(ManagedChannel::shutdownNow);
  }

  private synchronized List<ManagedChannel> refuseCalls() {
    closed = true;
    factory.close();
    List<ManagedChannel> open = new ArrayList<>();
    for (LazyChannel channel : channels.values()) {
      ManagedChannel made = channel.close();
      if (made != null) {
        open.add(made);
      }
    }
    return open;
  }

  /** Cuts everything: for a context that never started, or has stopped already. */
  @Override
  public void close() {
    refuseCalls().forEach(ManagedChannel::shutdownNow);
  }
}
