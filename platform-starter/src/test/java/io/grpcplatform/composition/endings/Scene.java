package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ClientStage;
import io.grpcplatform.test.v1.EndingRequest;
import io.grpcplatform.test.v1.EndingResponse;
import io.grpcplatform.test.v1.EndingServiceGrpc;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One server, one client of it, and the wire between them, on which one call is made to end. */
final class Scene implements AutoCloseable {

  final Assembly assembly;
  final MethodType kind;
  final Script script = new Script();
  final Server server;
  final ServedStreams served = new ServedStreams();
  final CuttableWire wire;
  final ManagedChannel channel;
  final Probe serverProbe;
  final Probe clientProbe = new Probe(null);
  final Sightings sightings;
  private final ServerSide serverSide;
  private final boolean bare;

  /**
   * A scene.
   *
   * @param bare whether the client is grpc-java's alone
   */
  Scene(Assembly assembly, Setup setup, MethodType kind, boolean bare) throws Exception {
    this.assembly = assembly;
    // Other scenes of the same application may have opened them.
    assembly.breakers().getAllCircuitBreakers().forEach(CircuitBreaker::reset);
    this.kind = kind;
    this.bare = bare;
    this.serverProbe = new Probe(setup.security);
    this.serverSide = new ServerSide(assembly, setup);
    this.server = serverSide.start(script, serverProbe, served);
    this.wire = new CuttableWire(server.getPort());
    this.channel = channel(setup, bare);
    this.sightings = new Sightings(assembly);
  }

  private ManagedChannel channel(Setup setup, boolean bare) {
    NettyChannelBuilder builder =
        (setup.target == null
                ? NettyChannelBuilder.forAddress("127.0.0.1", wire.port())
                : NettyChannelBuilder.forTarget(setup.target))
            .usePlaintext();
    builder.intercept(setup.innerClientInterceptors);
    if (!bare) {
      List<ClientFeature> features = new ArrayList<>(assembly.clientFeatures());
      features.removeIf(each -> each.stage() == ClientStage.DEADLINE && !setup.clientDeadlines);
      features.add(clientProbe.client());
      Map<String, Object> config = new HashMap<>();
      for (ChannelContributor contributor : assembly.channelContributors()) {
        config.putAll(contributor.serviceConfig("echo"));
      }
      builder.defaultServiceConfig(config);
      assembly.channelContributors().forEach(each -> each.goesBy("echo", config));
      ClientPipeline.of("echo", features).install(builder);
    }
    setup.channel.accept(builder);
    return builder.build();
  }

  /** The method of the kind that the scene is about. */
  MethodDescriptor<EndingRequest, EndingResponse> method() {
    return switch (kind) {
      case UNARY -> EndingServiceGrpc.getUnaryMethod();
      case SERVER_STREAMING -> EndingServiceGrpc.getServerStreamMethod();
      case CLIENT_STREAMING -> EndingServiceGrpc.getClientStreamMethod();
      default -> EndingServiceGrpc.getBidiMethod();
    };
  }

  static EndingRequest ask(String act) {
    return EndingRequest.newBuilder().setAct(act).build();
  }

  /** A call whose handler is to do something; its request is complete. */
  Caller call(String act) {
    return call(act, CallOptions.DEFAULT);
  }

  Caller call(String act, CallOptions options) {
    return Caller.start(channel, method(), options).send(ask(act), kind, false);
  }

  /** A call whose handler does nothing; a stream of requests stays open. */
  Caller silence() {
    return Caller.start(channel, method(), CallOptions.DEFAULT).send(ask("silence"), kind, true);
  }

  /** The same, once its handler has begun to do nothing. */
  Caller arrivedSilence() throws InterruptedException {
    Caller caller = silence();
    script.arrived();
    return caller;
  }

  /** A call of another method that goes on until the scene is over. */
  void hold() throws InterruptedException {
    Caller.start(channel, EndingServiceGrpc.getHoldMethod(), CallOptions.DEFAULT)
        .send(ask("hold"), MethodType.UNARY, false);
    script.awaitHolding();
  }

  /** An ordinary call that is over before anybody looks. */
  void forgottenCall() throws InterruptedException {
    Caller before = call("hello");
    before.awaitClosed();
    assertThat(before.status()).isNotNull();
    sightings.await(SpanKind.SERVER, 1);
    served.awaitClosed(1);
    if (!bare) {
      sightings.await(SpanKind.CLIENT, 1);
    }
    sightings.restart();
    served.restart();
    serverProbe.restart();
    clientProbe.restart();
  }

  /** Ends both sides; from then on nothing more can be told. */
  void end() throws InterruptedException {
    script.release();
    channel.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    server.shutdownNow();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Override
  public void close() throws Exception {
    end();
    wire.close();
    serverSide.close();
    sightings.close();
  }
}
