package io.grpcplatform.deadline;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A server and a channel to it over loopback, whose settings a test changes under its calls. */
final class LiveEcho implements AutoCloseable {

  /** The method that latencies are told of. */
  static final CallKey UNARY = CallKey.of("payment", EchoServiceGrpc.getUnaryMethod());

  final ManualClock clock = new ManualClock();
  final SeenDeadline wire = new SeenDeadline();
  final CallLatencies latencies = new CallLatencies(clock);
  final ManagedChannel channel;
  private final LiveSettings settings = new LiveSettings();
  private final Live<DeadlineProperties> live;
  private final Server server;

  LiveEcho(BindableService service, String... start) throws IOException {
    this(service, DeadlineMeters.NONE, start);
  }

  LiveEcho(BindableService service, DeadlineMeters meters, String... start) throws IOException {
    live = settings.add(DeadlineProperties.class, Settings.of(start));
    StreamWatches watches = Stages.watches(clock, new Random(7));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ServerPipeline serving =
        ServerPipeline.of(
            List.of(new DeadlineServerStage(live, watches, meters)), method -> true, settings);
    builder.addService(serving.bind(service.bindService(), List.of()));
    serving.trace(builder);
    server = builder.build().start();
    NettyChannelBuilder calling =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
    AdaptiveDeadlines adaptive = new AdaptiveDeadlines(live, latencies, clock, meters);
    ClientPipeline.of(
            "payment",
            List.of(new DeadlineClientStage(live, watches, adaptive), wire),
            settings,
            latencies)
        .install(calling);
    channel = calling.build();
  }

  /** Changes the settings to these. */
  void apply(String... next) {
    settings.apply(Map.of(live, Settings.of(next)));
  }

  EchoServiceBlockingStub stub() {
    return EchoServiceGrpc.newBlockingStub(channel);
  }

  /** What the last call had left of its deadline when it went out, in milliseconds. */
  long leftOnTheWire() {
    return wire.last().timeRemaining(TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.awaitTermination(10, TimeUnit.SECONDS);
  }
}
