package io.grpcplatform.composition;

import com.sun.management.ThreadMXBean;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.client.GrpcChannelCustomizer;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Measures, in a process of its own, what one unary call allocates: in-process transport, direct
 * executor, so that both sides run on the measured thread. Arguments: {@code
 * client=bare|off|metrics|telemetry|standard|bytes|defaults}, {@code server=} one of the same,
 * {@code deadline=true|false} (of the bare client's calls), {@code traced=false|true|sampled}
 * (whether they bring a trace, and whether it is recorded; a client's own are recorded then too).
 * Prints the median.
 */
final class AllocationProbe {

  private static final String NAME = "allocation-probe";
  private static final int WARM_UP = 30_000;
  private static final int BATCH = 5_000;
  private static final int BATCHES = 9;
  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final MethodDescriptor<EchoRequest, EchoResponse> UNARY =
      EchoServiceGrpc.getUnaryMethod();

  /**
   * Deadline, breaker, metrics and tracing are the standard set; these come on top of it by
   * default.
   */
  private static final List<String> BEYOND_STANDARD =
      List.of(
          "error",
          "lifecycle",
          "retry",
          "health",
          "loadshedding",
          "bulkhead",
          "ratelimit",
          "validation");

  private static final List<String> STANDARD = List.of("telemetry", "deadline", "circuitbreaker");

  private long answered;

  public static void main(String[] arguments) throws Exception {
    String client = arguments[0];
    String server = arguments[1];
    boolean deadline = Boolean.parseBoolean(arguments[2]);
    String traced = arguments[3];
    boolean sampled = traced.equals("sampled");
    try (Ends ends = open(client, server, sampled)) {
      Channel channel = traced.equals("false") ? ends.channel() : tracing(ends.channel(), sampled);
      System.out.println("bytes=" + new AllocationProbe().measure(channel, deadline));
    }
  }

  private static Channel tracing(Channel channel, boolean sampled) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-" + (sampled ? "01" : "00"));
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private long measure(Channel channel, boolean deadline) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    run(channel, deadline, WARM_UP);
    long[] perCall = new long[BATCHES];
    for (int i = 0; i < BATCHES; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      run(channel, deadline, BATCH);
      perCall[i] = (threads.getCurrentThreadAllocatedBytes() - before) / BATCH;
    }
    Arrays.sort(perCall);
    if (answered != WARM_UP + (long) BATCH * BATCHES) {
      throw new IllegalStateException(answered + " calls were answered on this thread");
    }
    return perCall[BATCHES / 2];
  }

  private void run(Channel channel, boolean deadline, int calls) {
    StreamObserver<EchoResponse> observer = new Counting();
    for (int i = 0; i < calls; i++) {
      CallOptions options = CallOptions.DEFAULT;
      if (deadline) {
        options = options.withDeadlineAfter(5, TimeUnit.SECONDS);
      }
      ClientCalls.asyncUnaryCall(channel.newCall(UNARY, options), HELLO, observer);
    }
  }

  private final class Counting implements StreamObserver<EchoResponse> {
    @Override
    public void onNext(EchoResponse response) {
      answered++;
    }

    @Override
    public void onError(Throwable failed) {
      throw new IllegalStateException(failed);
    }

    @Override
    public void onCompleted() {}
  }

  private static Ends open(String client, String server, boolean sampled) throws Exception {
    List<AutoCloseable> closing = new ArrayList<>();
    if (server.equals("bare")) {
      Server bare =
          InProcessServerBuilder.forName(NAME)
              .directExecutor()
              .addService(new EchoBehaviour())
              .build()
              .start();
      closing.add(bare::shutdownNow);
    } else {
      closing.add(application(server, true, sampled));
    }
    if (client.equals("bare")) {
      ManagedChannel bare =
          InProcessChannelBuilder.forName(NAME)
              .directExecutor()
              .enableRetry()
              // The same limit as ours: this transport measures the metadata once it has one.
              .maxInboundMetadataSize(8192)
              .build();
      closing.add(bare::shutdownNow);
      return new Ends(bare, closing);
    }
    ConfigurableApplicationContext context = application(client, false, sampled);
    closing.add(context);
    return new Ends(context.getBean(GrpcChannels.class).channel("echo"), closing);
  }

  private static ConfigurableApplicationContext application(
      String mode, boolean server, boolean sampled) {
    List<String> properties = new ArrayList<>();
    properties.add("--platform.server.enabled=" + server);
    properties.add("--platform.server.executor.type=direct");
    properties.add("--platform.server.port=-1");
    if (server) {
      properties.add("--platform.server.in-process-name=" + NAME);
    }
    properties.add("--platform.client.channels.echo.target=in-process:" + NAME);
    // As bare grpc-java: what a load balancer allocates per pick is not the pipeline's price.
    properties.add("--platform.client.channels.echo.load-balancing=pick_first");
    properties.add("--management.tracing.sampling.probability=" + (sampled ? 1.0 : 0.0));
    // What a registry allocates is not the pipeline's price either.
    properties.add("--management.prometheus.metrics.export.enabled=false");
    if (!mode.equals("defaults")) {
      BEYOND_STANDARD.forEach(feature -> properties.add(off(feature)));
    }
    if (mode.equals("bytes")) {
      properties.add("--platform.telemetry.metrics.client-unary-bytes=true");
    }
    if (!List.of("defaults", "standard", "bytes").contains(mode)) {
      STANDARD.stream()
          .filter(feature -> mode.equals("off") || !feature.equals("telemetry"))
          .forEach(feature -> properties.add(off(feature)));
    }
    if (mode.equals("metrics")) {
      properties.add(off("telemetry.tracing"));
    }
    return new SpringApplicationBuilder(Application.class)
        .web(WebApplicationType.NONE)
        .run(properties.toArray(String[]::new));
  }

  private static String off(String feature) {
    return "--platform." + feature + ".enabled=false";
  }

  private record Ends(Channel channel, List<AutoCloseable> closing) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      for (AutoCloseable each : closing) {
        each.close();
      }
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    EchoBehaviour echo() {
      return new EchoBehaviour();
    }

    @Bean
    GrpcChannelCustomizer directChannel() {
      return (name, builder) -> builder.directExecutor();
    }
  }
}
