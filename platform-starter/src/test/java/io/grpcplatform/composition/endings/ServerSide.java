package io.grpcplatform.composition.endings;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.ServerStage;
import io.grpcplatform.server.ServerExecutors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a server together, in the right order or in a wrong one. */
final class ServerSide implements AutoCloseable {

  private final Assembly assembly;
  private final Setup setup;
  private final @Nullable ServerExecutors executors;

  ServerSide(Assembly assembly, Setup setup) {
    this.assembly = assembly;
    this.setup = setup;
    this.executors = setup.executor == null ? null : ServerExecutors.of(setup.executor);
  }

  Server start(Script script, Probe probe, ServedStreams served) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    List<ServerFeature> features = new ArrayList<>(assembly.serverFeatures());
    features.removeIf(each -> each.stage() == ServerStage.DEADLINE && !setup.serverDeadlines);
    features.add(probe.server());
    switch (setup.order) {
      case TELEMETRY_OUTSIDE -> {
        ServerPipeline pipeline = pipeline(features);
        builder.addService(pipeline.bind(service(script), setup.serverInterceptors));
        pipeline.trace(builder);
      }
      case ERROR_OUTSIDE -> builder.addService(chain(script, features, ServerStage.ERROR));
      case REFUSALS_OUTSIDE -> builder.addService(chain(script, features, ServerStage.LIFECYCLE));
    }
    builder.addStreamTracerFactory(served);
    if (executors != null) {
      executors.contribute(builder);
    }
    setup.server.accept(builder);
    return builder.build().start();
  }

  private ServerServiceDefinition service(Script script) {
    ServerServiceDefinition service = script.bindService();
    return setup.unwritableAnswers ? UnwritableAnswers.of(service) : service;
  }

  private ServerPipeline pipeline(List<ServerFeature> features) {
    return ServerPipeline.of(features, method -> setup.earlyHeaders, new LiveSettings());
  }

  /** Two interceptors one in the other, as starters do it that have no pipeline. */
  private ServerServiceDefinition chain(
      Script script, List<ServerFeature> features, ServerStage... outside) {
    List<ServerFeature> outer = new ArrayList<>(features);
    outer.removeIf(feature -> !List.of(outside).contains(feature.stage()));
    List<ServerFeature> inner = new ArrayList<>(features);
    inner.removeAll(outer);
    List<ServerInterceptor> within = List.of(pipeline(inner));
    return pipeline(outer).bind(service(script), within);
  }

  @Override
  public void close() {
    if (executors != null) {
      executors.close();
    }
  }
}
