package io.grpcplatform.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolver.ServiceConfigParser;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpcplatform.retry.RetryProperties.Budget;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What grpc-java's own parser makes of the service config that this feature gives it. */
final class ServiceConfigTest {

  private static final Budget BUDGET = new Budget(10, 0.1, 20, 3);
  private static final Set<Status.Code> CODES = Set.of(Status.Code.UNAVAILABLE);

  @ParameterizedTest
  @CsvSource({"1, 1000000", "5, 5000000", "50, 50000000", "99, 99000000", "1050, 1050000000"})
  void grpcReadsEachBackoffAsItWasMeant(long millis, long nanos) throws Exception {
    var policy =
        new AttemptPolicy.Retry(3, Duration.ofMillis(millis), Duration.ofMillis(millis), 2, CODES);

    String parsed = parse(ServiceConfig.of(Map.of("a.B/C", policy), BUDGET));

    assertThat(parsed)
        .contains("initialBackoffNanos=" + nanos + ",", "maxBackoffNanos=" + nanos + ",");
  }

  @ParameterizedTest
  @CsvSource({"1, 1000000", "5, 5000000", "50, 50000000", "99, 99000000", "1050, 1050000000"})
  void grpcReadsEachHedgingDelayAsItWasMeant(long millis, long nanos) throws Exception {
    var policy = new AttemptPolicy.Hedging(2, Duration.ofMillis(millis), CODES);

    String parsed = parse(ServiceConfig.of(Map.of("a.B/C", policy), BUDGET));

    assertThat(parsed).contains("HedgingPolicy{maxAttempts=2, hedgingDelayNanos=" + nanos + ",");
  }

  @Test
  void grpcReadsTheWholePolicyAndNothingElse() throws Exception {
    var policy =
        new AttemptPolicy.Retry(4, Duration.ofMillis(7), Duration.ofSeconds(2), 1.5, CODES);

    String parsed = parse(ServiceConfig.of(Map.of("a.B/C", policy), BUDGET));

    assertThat(parsed)
        .contains(
            "maxAttempts=4",
            "backoffMultiplier=1.5",
            "perAttemptRecvTimeoutNanos=null",
            "retryableStatusCodes=[UNAVAILABLE]",
            "timeoutNanos=null",
            "waitForReady=null",
            "hedgingPolicy=null",
            "serviceMap={}");
  }

  @Test
  void everyMethodHasACompleteEntry() throws Exception {
    var slow = new AttemptPolicy.Retry(2, Duration.ofMillis(7), Duration.ofSeconds(2), 2, CODES);
    var fast = new AttemptPolicy.Retry(5, Duration.ofMillis(1), Duration.ofSeconds(2), 2, CODES);

    String parsed =
        parse(ServiceConfig.of(Map.of("a.B/C", slow, "a.B/D", fast, "a.B/E", slow), BUDGET));

    assertThat(parsed)
        .containsPattern("a\\.B/C=MethodInfo\\{[^{]*retryPolicy=RetryPolicy\\{maxAttempts=2")
        .containsPattern("a\\.B/D=MethodInfo\\{[^{]*retryPolicy=RetryPolicy\\{maxAttempts=5")
        .containsPattern("a\\.B/E=MethodInfo\\{[^{]*retryPolicy=RetryPolicy\\{maxAttempts=2");
  }

  @Test
  void theThrottleIsThereWithoutAnyMethod() {
    Map<String, ?> config = ServiceConfig.of(Map.of(), BUDGET);

    assertThat(config.get("retryThrottling"))
        .isEqualTo(Map.of("maxTokens", 10.0, "tokenRatio", 0.1));
  }

  private static String parse(Map<String, ?> config) throws Exception {
    CompletableFuture<ServiceConfigParser> parser = new CompletableFuture<>();
    NameResolverRegistry registry = new NameResolverRegistry();
    registry.register(new ParserTaker(parser));
    ManagedChannel channel =
        Grpc.newChannelBuilder("parser:///any", InsecureChannelCredentials.create(), registry)
            .build();
    try {
      channel.getState(true);
      var parsed = parser.get(10, TimeUnit.SECONDS).parseServiceConfig(config);
      assertThat(parsed.getError()).isNull();
      return String.valueOf(parsed.getConfig());
    } finally {
      channel.shutdownNow();
    }
  }

  /** Resolves nothing, and hands over the parser of the channel that asks it. */
  private static final class ParserTaker extends NameResolverProvider {

    private final CompletableFuture<ServiceConfigParser> parser;

    ParserTaker(CompletableFuture<ServiceConfigParser> parser) {
      this.parser = parser;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      parser.complete(args.getServiceConfigParser());
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "any";
        }

        @Override
        public void start(Listener2 listener) {}

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
      return "parser";
    }
  }
}
