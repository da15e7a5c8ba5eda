package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.server.PoolThreads;
import io.grpcplatform.server.ServerExecutors;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * A thousand calls of ten callers at once, through two hops: nobody ever sees anything of another
 * caller, and nothing stays on a thread.
 */
final class ContextLeakTest {

  private static final int CALLS = 1000;
  private static final List<String> WAYS =
      List.of("callback", "async", "future", "stream", "stream-cancelled", "blocking");

  private final Expected expected = new Expected();
  private final List<ConfigurableApplicationContext> running = new ArrayList<>();
  private ManagedChannel bare;

  /** How handlers run, and how many of the ways a handler on that may take. */
  static Stream<String> executors() {
    if (Runtime.version().feature() >= 21) {
      return Stream.of("platform", "direct", "virtual");
    }
    System.out.println("NOT TESTED HERE: virtual threads; the run on the newer JDK covers them");
    return Stream.of("platform", "direct");
  }

  private void start(String executor) {
    ConfigurableApplicationContext last = hop(executor, "127.0.0.1:1");
    ConfigurableApplicationContext first = hop(executor, "127.0.0.1:" + port(last));
    bare = NettyChannelBuilder.forAddress("127.0.0.1", port(first)).usePlaintext().build();
  }

  private static int port(ConfigurableApplicationContext hop) {
    return hop.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
  }

  private ConfigurableApplicationContext hop(String executor, String next) {
    ConfigurableApplicationContext started =
        new SpringApplicationBuilder(TwoHops.class)
            .web(WebApplicationType.NONE)
            .initializers(
                context -> context.getBeanFactory().registerSingleton("expected", expected))
            .run(
                "--platform.server.port=0",
                "--platform.server.executor.type=" + executor,
                "--platform.server.executor.max-threads=16",
                "--platform.server.executor.queue=2000",
                "--platform.client.channels.next.target=" + next,
                "--platform.deadline.default=0s",
                "--management.tracing.baggage.remote-fields=tenant",
                "--management.tracing.baggage.correlation.fields=tenant",
                "--spring.main.banner-mode=off");
    running.add(started);
    return started;
  }

  @AfterEach
  void stop() throws InterruptedException {
    bare.shutdownNow();
    assertThat(bare.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    for (int i = running.size() - 1; i >= 0; i--) {
      running.get(i).close();
    }
  }

  @ParameterizedTest
  @MethodSource("executors")
  void nobodySeesAnythingOfAnotherCaller(String executor) throws Exception {
    start(executor);
    // A handler on the event loop must not block.
    int ways = executor.equals("direct") ? WAYS.size() - 1 : WAYS.size();

    List<CompletableFuture<String>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      calls.add(call(i % Expected.CALLERS, WAYS.get(i / Expected.CALLERS % ways)));
    }
    for (CompletableFuture<String> call : calls) {
      call.get(60, TimeUnit.SECONDS);
    }

    assertThat(expected.differences).isEmpty();
    assertThat(expected.looks.get()).isGreaterThan(4 * CALLS);
    assertThat(left()).isEmpty();
  }

  @Test
  void aScopeThatIsNotClosedIsFound() throws Exception {
    start("platform");

    call(3, "leaking").get(60, TimeUnit.SECONDS);

    assertThat(left()).hasSize(1);
    assertThat(left().get(0)).contains("MDC", "planted=leaking caller-3", " trace ");
  }

  private CompletableFuture<String> call(int caller, String way) {
    EchoServiceStub stub =
        EchoServiceGrpc.newStub(bare)
            .withDeadline(Expected.deadline(caller))
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(Expected.headers(caller)));
    EchoRequest request =
        EchoRequest.newBuilder().setText(way + " " + Expected.name(caller)).build();
    Answer answer = new Answer();
    if (way.equals("stream-cancelled")) {
      StreamObserver<EchoRequest> requests = stub.bidi(answer);
      requests.onNext(request);
      return answer.first.thenCompose(
          text -> {
            requests.onError(Status.CANCELLED.asException());
            return answer.done.exceptionally(Throwable::toString);
          });
    }
    if (way.equals("stream")) {
      StreamObserver<EchoRequest> requests = stub.bidi(answer);
      requests.onNext(request);
      requests.onNext(request);
      requests.onCompleted();
    } else {
      stub.unary(request, answer);
    }
    return answer.done;
  }

  /** What is left on the threads of every pool of both hops. */
  private List<String> left() throws Exception {
    List<String> found = new ArrayList<>();
    for (ConfigurableApplicationContext hop : running) {
      List<ThreadPoolExecutor> pools =
          new ArrayList<>(PoolThreads.of(hop.getBean(ServerExecutors.class)));
      pools.add(hop.getBean(TwoHops.Pools.class).callbacks());
      pools.add(hop.getBean(TwoHops.Pools.class).futures());
      pools.add(hop.getBean(ThreadPoolTaskExecutor.class).getThreadPoolExecutor());
      for (ThreadPoolExecutor pool : pools) {
        found.addAll(Expected.left(pool));
      }
    }
    return found;
  }

  private static final class Answer implements StreamObserver<EchoResponse> {
    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<String> done = new CompletableFuture<>();
    private String last = "";

    @Override
    public void onNext(EchoResponse response) {
      last = response.getText();
      first.complete(last);
    }

    @Override
    public void onError(Throwable failed) {
      done.completeExceptionally(failed);
      first.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      done.complete(last);
    }
  }
}
