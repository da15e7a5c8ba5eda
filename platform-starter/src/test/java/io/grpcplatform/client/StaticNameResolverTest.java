package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class StaticNameResolverTest {

  private final Map<String, List<String>> hosts = new HashMap<>();
  private final Queue<Runnable> offloaded = new ArrayDeque<>();
  private final List<StatusOr<List<EquivalentAddressGroup>>> answers = new ArrayList<>();

  @Test
  void makesEachAddressAnInstanceWithItsAuthority() {
    hosts.put("a", List.of("10.0.0.1", "10.0.0.2"));
    hosts.put("::1", List.of("::1"));

    start(new HostPort("a", 1), new HostPort("::1", 2));
    run();

    List<EquivalentAddressGroup> groups = answers.get(0).getValue();
    assertThat(groups)
        .extracting(
            group -> group.getAttributes().get(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE))
        .containsExactly("a:1", "[::1]:2");
    assertThat(groups.get(0).getAddresses())
        .containsExactly(
            new InetSocketAddress("10.0.0.1", 1), new InetSocketAddress("10.0.0.2", 1));
  }

  @Test
  void keepsTheLastAddressesOfAHostThatVanishes() {
    hosts.put("a", List.of("10.0.0.1"));
    NameResolver resolver = start(new HostPort("a", 1), new HostPort("b", 2));
    run();

    hosts.clear();
    hosts.put("b", List.of("10.0.0.2"));
    resolver.refresh();
    run();

    assertThat(answers.get(0).getValue()).hasSize(1);
    assertThat(answers.get(1).getValue()).hasSize(2);
  }

  @Test
  void reportsUnavailableWhileNoHostIsKnown() {
    start(new HostPort("a", 1));
    run();

    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void looksUpOnceForRefreshesThatOverlap() {
    NameResolver resolver = start(new HostPort("a", 1));

    resolver.refresh();
    resolver.refresh();

    assertThat(offloaded).hasSize(1);
  }

  @Test
  void staysSilentOnceItIsShutDown() {
    NameResolver resolver = start(new HostPort("a", 1));

    resolver.shutdown();
    run();

    assertThat(answers).isEmpty();
  }

  private NameResolver start(HostPort... addresses) {
    NameResolver.Args args =
        NameResolver.Args.newBuilder()
            .setDefaultPort(80)
            .setProxyDetector(target -> null)
            .setSynchronizationContext(
                new SynchronizationContext(
                    (thread, failed) -> {
                      throw new AssertionError(failed);
                    }))
            .setServiceConfigParser(new NoServiceConfig())
            .setOffloadExecutor(offloaded::add)
            .build();
    StaticNameResolver resolver =
        new StaticNameResolver(List.of(addresses), args, this::addressesOf);
    resolver.start(new Answers());
    return resolver;
  }

  private void run() {
    for (Runnable next = offloaded.poll(); next != null; next = offloaded.poll()) {
      next.run();
    }
  }

  private InetAddress[] addressesOf(String host) throws UnknownHostException {
    List<String> known = hosts.get(host);
    if (known == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] found = new InetAddress[known.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = InetAddress.getAllByName(known.get(i))[0];
    }
    return found;
  }

  private final class Answers extends NameResolver.Listener2 {
    @Override
    public void onResult(NameResolver.ResolutionResult result) {
      answers.add(result.getAddressesOrError());
    }

    @Override
    public void onError(Status failed) {
      throw new AssertionError(failed);
    }

    @Override
    public Status onResult2(NameResolver.ResolutionResult result) {
      onResult(result);
      return Status.OK;
    }
  }

  private static final class NoServiceConfig extends NameResolver.ServiceConfigParser {
    @Override
    public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> config) {
      return NameResolver.ConfigOrError.fromConfig(config);
    }
  }
}
