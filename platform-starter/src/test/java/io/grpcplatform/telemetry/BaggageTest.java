package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What baggage goes through three processes, and what stays outside. */
final class BaggageTest {

  private static final String LIST = "management.tracing.baggage.remote-fields=tenant,user";
  private static final String MDC = "management.tracing.baggage.correlation.fields=tenant";

  /** The last one first, as they start. */
  private final List<ConfigurableApplicationContext> hops = new ArrayList<>();

  private ManagedChannel bare;

  private void start(String... properties) {
    String next = null;
    for (int i = 0; i < 3; i++) {
      List<String> all = new ArrayList<>(Arrays.asList(properties));
      all.addAll(List.of("platform.server.port=0", "spring.main.banner-mode=off"));
      if (next != null) {
        all.add("platform.client.channels.next.target=" + next);
      }
      ConfigurableApplicationContext hop =
          new SpringApplicationBuilder(BaggageHop.Application.class)
              .web(WebApplicationType.NONE)
              .run(all.stream().map(each -> "--" + each).toArray(String[]::new));
      hops.add(hop);
      next = "127.0.0.1:" + hop.getEnvironment().getProperty("local.grpc.port");
    }
    bare = NettyChannelBuilder.forTarget(next).usePlaintext().build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    bare.shutdownNow();
    assertThat(bare.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    for (int i = hops.size() - 1; i >= 0; i--) {
      hops.get(i).close();
    }
  }

  private BaggageHop hop(int number) {
    return hops.get(3 - number).getBean(BaggageHop.class);
  }

  private void call(boolean stream, String... headers) throws Exception {
    Metadata sent = new Metadata();
    for (int i = 0; i < headers.length; i += 2) {
      sent.put(key(headers[i]), headers[i + 1]);
    }
    EchoServiceStub stub =
        EchoServiceGrpc.newStub(bare)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent));
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (stream) {
      StreamObserver<EchoRequest> requests = stub.bidi(new Done(done));
      requests.onNext(EchoRequest.getDefaultInstance());
      requests.onCompleted();
    } else {
      stub.unary(EchoRequest.getDefaultInstance(), new Done(done));
    }
    done.get(60, TimeUnit.SECONDS);
  }

  private String received(int hop, String name) {
    return hop(hop).received.element().get(key(name));
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "management.tracing.sampling.probability=1.0",
        "management.tracing.sampling.probability=0.0",
        "platform.telemetry.tracing.enabled=false",
        "management.tracing.enabled=false"
      })
  void listedFieldsGoThroughThreeHopsAndNoOthers(String tracing) throws Exception {
    start(LIST, MDC, tracing);

    call(false, "baggage", "foreign=1,tenant=blue;ttl=5,user=ann%20lee");
    String unary = "handler {tenant=blue, user=ann lee} MDC ";
    assertThat(hop(1).seen.poll()).startsWith(unary);
    assertThat(hop(2).seen.poll()).startsWith(unary);
    assertThat(hop(3).seen.poll()).startsWith(unary);
    assertThat(received(3, "baggage").split(","))
        .containsExactlyInAnyOrder("tenant=blue", "user=ann%20lee");
    assertThat(received(3, "local")).isNull();

    hop(3).received.clear();
    call(true, "baggage", "foreign=1,tenant=red");
    assertThat(hop(1).seen.poll()).startsWith("onNext {tenant=red} MDC ");
    assertThat(hop(3).seen.poll()).startsWith("onNext {tenant=red} MDC ");
    assertThat(received(3, "baggage")).isEqualTo("tenant=red");
  }

  @Test
  void nothingForeignEntersOrLeavesByDefault() throws Exception {
    start();

    call(false, "baggage", "tenant=blue", "tenant", "blue");

    assertThat(hop(1).seen).containsExactly("handler {} MDC null");
    assertThat(received(1, "baggage")).isEqualTo("tenant=blue");
    assertThat(received(2, "baggage")).isNull();
    assertThat(received(2, "tenant")).isNull();
    assertThat(received(2, "local")).isNull();
    assertThat(hop(3).seen).containsExactly("handler {} MDC null");
  }

  @Test
  void hugeAndHarmfulValuesGoNoFurther() throws Exception {
    start(LIST);

    call(false, "baggage", "tenant=" + "x".repeat(6000) + ",user=ann", "tenant", "y".repeat(999));
    call(true, "baggage", "tenant=two%0Alines,user=bob");

    assertThat(hop(1).seen)
        .containsExactly("handler {user=ann} MDC null", "onNext {user=bob} MDC null");
    assertThat(received(2, "baggage")).isEqualTo("user=ann");
    assertThat(received(2, "tenant")).isNull();
  }

  @Test
  void tenantOfTheBaggageIsInTheLog() throws Exception {
    start(LIST, MDC);

    call(false, "baggage", "tenant=blue");

    assertThat(hop(3).seen).containsExactly("handler {tenant=blue} MDC blue");
  }

  private record Done(CompletableFuture<Void> done) implements StreamObserver<EchoResponse> {
    @Override
    public void onNext(EchoResponse response) {}

    @Override
    public void onError(Throwable failed) {
      done.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      done.complete(null);
    }
  }
}
