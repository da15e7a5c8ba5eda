package io.grpcplatform.loadshedding;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallPools;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server with load shedding on loopback, and one connection to it. Its CPU is the test's. */
final class Bench implements AutoCloseable {

  final HeldEcho echo = new HeldEcho();
  final ManualClock clock = new ManualClock();
  final LiveSettings live = new LiveSettings();
  final Live<LoadSheddingProperties> settings;
  final LoadGate gate;
  final ShedCounts counts;
  final ManagedChannel channel;
  private final ExecutorService threads;
  private final Server server;

  private Bench(
      @Nullable BindableService service,
      List<ServerFeature> others,
      ExecutorService threads,
      CpuUse cpu,
      @Nullable CallClock time,
      String... pairs)
      throws IOException {
    this.threads = threads;
    LoadPools loads = Settings.loads(Settings.of(pairs), cpu);
    settings = Settings.live(live, loads, pairs);
    gate = Settings.gate(loads);
    counts = loads.of(Settings.SHARED).counts();
    echo.units = gate::units;
    List<ServerFeature> features = new ArrayList<>(others);
    features.add(
        new LoadSheddingServerStage(
            settings, loads, CallPools.SHARED, time == null ? clock : time));
    ServerPipeline pipeline = ServerPipeline.of(features, method -> true, live);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(threads);
    builder.addService(pipeline.bind((service == null ? echo : service).bindService(), List.of()));
    pipeline.trace(builder);
    server = builder.build().start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  /** Serves on as many threads as there are calls. */
  static Bench of(CpuUse cpu, String... settings) throws IOException {
    return new Bench(null, List.of(), Executors.newCachedThreadPool(), cpu, null, settings);
  }

  /** As {@link #of}, by the machine's clock: streams that are slowed go on by themselves. */
  static Bench inRealTime(CpuUse cpu, String... settings) throws IOException {
    return new Bench(
        null, List.of(), Executors.newCachedThreadPool(), cpu, CallClock.system(), settings);
  }

  /**
   * Serves on one thread: when a call is answered, all that came before it on the connection is
   * settled.
   */
  static Bench inOrder(CpuUse cpu, String... settings) throws IOException {
    return new Bench(null, List.of(), Executors.newSingleThreadExecutor(), cpu, null, settings);
  }

  /** As {@link #inOrder}, with other features around. */
  static Bench among(List<ServerFeature> others, CpuUse cpu, String... settings)
      throws IOException {
    return new Bench(null, others, Executors.newSingleThreadExecutor(), cpu, null, settings);
  }

  /** Serves something else. */
  static Bench serving(BindableService service, CpuUse cpu, String... settings) throws IOException {
    return new Bench(service, List.of(), Executors.newCachedThreadPool(), cpu, null, settings);
  }

  static EchoRequest say(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  /** The connection as a caller of some priority uses it; null for one that names none. */
  Channel as(@Nullable String priority) {
    Metadata headers = new Metadata();
    if (priority != null) {
      headers.put(PriorityClientInterceptor.HEADER, priority);
    }
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Makes a call and returns why it failed; null where it did not. */
  @Nullable StatusRuntimeException call(@Nullable String priority) {
    try {
      EchoServiceGrpc.newBlockingStub(as(priority)).unary(say("hello"));
      return null;
    } catch (StatusRuntimeException failed) {
      return failed;
    }
  }

  /** Makes calls whose handlers work until the test releases them. */
  void hold(int calls) throws InterruptedException {
    for (int i = 0; i < calls; i++) {
      EchoServiceGrpc.newStub(channel).unary(say("hold"), new Ignoring());
    }
    echo.awaitHeld(calls);
  }

  /** Lets other settings hold, under whatever is in flight. */
  void change(String... pairs) {
    live.apply(Map.of(settings, Settings.of(pairs)));
  }

  /** What a critical call finds in flight, itself included. */
  long unitsSeen() {
    return Long.parseLong(
        EchoServiceGrpc.newBlockingStub(as("critical")).unary(say("units")).getText());
  }

  /** Ends the connection and the server, and waits until every handler has returned. */
  void drain() throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
    threads.shutdown();
    threads.awaitTermination(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    echo.releaseAll();
    drain();
  }

  static final class Ignoring implements StreamObserver<EchoResponse> {
    @Override
    public void onNext(EchoResponse answer) {}

    @Override
    public void onError(Throwable failed) {}

    @Override
    public void onCompleted() {}
  }
}
