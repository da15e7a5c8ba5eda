package io.grpcplatform.client;

import io.grpc.NameResolver;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds the pushed service config to what another resolver finds, unless that brings a config of its
 * own, and hands the last answer over again when another config is pushed.
 *
 * <p>Threading: called on the channel's synchronization context, except where a push arrives, which
 * goes there.
 */
final class ConfiguredResolver extends NameResolver {

  private static final Logger log = LoggerFactory.getLogger(ConfiguredResolver.class);

  private final NameResolver real;
  private final Args args;
  private final PushedConfig config;
  private final Runnable push = this::pushed;
  private @Nullable Listener2 channel;
  private @Nullable ResolutionResult last;
  private boolean failing;
  private @Nullable Map<String, ?> read;
  private @Nullable ConfigOrError parsed;

  ConfiguredResolver(NameResolver real, Args args, PushedConfig config) {
    this.real = real;
    this.args = args;
    this.config = config;
  }

  @Override
  public String getServiceAuthority() {
    return real.getServiceAuthority();
  }

  @Override
  public void start(Listener2 listener) {
    channel = listener;
    config.add(push);
    real.start(new Answers(listener));
  }

  @Override
  public void refresh() {
    real.refresh();
  }

  @Override
  public void shutdown() {
    config.remove(push);
    channel = null;
    real.shutdown();
  }

  private void pushed() {
    args.getSynchronizationContext().execute(this::answerAgain);
  }

  private void answerAgain() {
    if (channel == null || last == null) {
      return;
    }
    channel.onResult2(configured(last));
    if (failing) {
      // The channel takes the old answer for a success and would not ask for a new one by itself.
      real.refresh();
    }
  }

  private ResolutionResult configured(ResolutionResult result) {
    Map<String, ?> wanted = config.pushed();
    if (wanted == null || result.getServiceConfig() != null) {
      return result;
    }
    if (wanted != read) {
      read = wanted;
      ConfigOrError fresh = args.getServiceConfigParser().parseServiceConfig(wanted);
      if (fresh.getError() == null) {
        parsed = fresh;
      } else {
        log.error("gRPC refuses the service config {}: {}", wanted, fresh.getError());
      }
    }
    return parsed == null ? result : result.toBuilder().setServiceConfig(parsed).build();
  }

  /** What the real resolver finds. */
  private final class Answers extends Listener2 {

    private final Listener2 listener;

    Answers(Listener2 listener) {
      this.listener = listener;
    }

    @Override
    public void onResult(ResolutionResult result) {
      args.getSynchronizationContext().execute(() -> onResult2(result));
    }

    @Override
    public Status onResult2(ResolutionResult result) {
      failing = !result.getAddressesOrError().hasValue();
      if (failing) {
        config.notFound(result.getAddressesOrError().getStatus().getCode().name());
      } else {
        last = result;
        config.found(addresses(result));
      }
      return listener.onResult2(configured(result));
    }

    private static List<SocketAddress> addresses(ResolutionResult result) {
      return result.getAddressesOrError().getValue().stream()
          .flatMap(group -> group.getAddresses().stream())
          .toList();
    }

    @Override
    public void onError(Status error) {
      config.notFound(error.getCode().name());
      args.getSynchronizationContext().execute(() -> failing = true);
      listener.onError(error);
    }
  }
}
