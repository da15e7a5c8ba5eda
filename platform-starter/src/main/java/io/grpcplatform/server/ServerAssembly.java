package io.grpcplatform.server;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpcplatform.LocalServices;
import io.grpcplatform.ServerContributor;
import io.grpcplatform.ServerPipeline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Builds the servers: the same services, pipeline and contributions for the socket and for the
 * process itself.
 */
final class ServerAssembly implements LocalServices {

  /** Entries in one answer; a client asks for the next ones. */
  private static final int CHANNELZ_PAGE = 100;

  private final ServerProperties properties;
  private final ServerPipeline pipeline;
  private final EarlyHeaderRule earlyHeaders;
  private final ServerExecutors executors;
  private final ListableBeanFactory beans;
  private volatile Map<String, List<String>> interceptors = Map.of();

  ServerAssembly(
      ServerProperties properties,
      ServerPipeline pipeline,
      EarlyHeaderRule earlyHeaders,
      ServerExecutors executors,
      ListableBeanFactory beans) {
    this.properties = properties;
    this.pipeline = pipeline;
    this.earlyHeaders = earlyHeaders;
    this.executors = executors;
    this.beans = beans;
  }

  /** Starts what is to be served; nothing where there is no service bean. */
  RunningServers start() {
    ServedServices services = ServedServices.of(beans);
    interceptors = services.interceptors();
    earlyHeaders.check(services.methods());
    executors.nonBlocking(services.nonBlocking());
    RunningServers servers = new RunningServers();
    if (services.isEmpty()) {
      return servers;
    }
    List<ServerServiceDefinition> bound = services.bind(pipeline);
    try {
      String name = properties.inProcessName();
      if (name != null) {
        servers.startInProcess(assemble(InProcessServerBuilder.forName(name), bound), name);
      }
      if (properties.port() != ServerProperties.NO_SOCKET) {
        SocketServer socket = new SocketServer(properties);
        servers.startSocket(assemble(socket.builder(), bound), socket);
      }
    } catch (RuntimeException failed) {
      servers.shutdownNow();
      throw failed;
    }
    servers.watch();
    return servers;
  }

  @Override
  public Collection<MethodDescriptor<?, ?>> methods() {
    return ServedServices.methods(beans);
  }

  @Override
  public List<ServerServiceDefinition> bound() {
    return ServedServices.of(beans).bind(pipeline);
  }

  /** The user's own interceptors around each service. */
  Map<String, List<String>> interceptors() {
    return interceptors;
  }

  private Server assemble(ServerBuilder<?> builder, List<ServerServiceDefinition> bound) {
    for (ServerServiceDefinition service : bound) {
      builder.addService(service);
    }
    addAdmin(builder);
    beans
        .getBeanProvider(ServerContributor.class)
        .orderedStream()
        .forEach(contributor -> contributor.contribute(builder));
    pipeline.trace(builder);
    beans
        .getBeanProvider(GrpcServerCustomizer.class)
        .orderedStream()
        .forEach(customizer -> customizer.customize(builder));
    return builder.build();
  }

  /** What a user's interceptors guard, reflection and channelz must not give away. */
  private void addAdmin(ServerBuilder<?> builder) {
    List<BindableService> admin = new ArrayList<>();
    if (properties.reflection().enabled()) {
      admin.addAll(reflection());
    }
    if (properties.channelz().enabled()) {
      admin.add(ChannelzService.newInstance(CHANNELZ_PAGE));
    }
    if (admin.isEmpty()) {
      return;
    }
    ApplicationInterceptors interceptors = ApplicationInterceptors.of(beans);
    admin.forEach(
        service -> builder.addService(pipeline.bind(service.bindService(), interceptors.global())));
  }

  // Most tools still ask for v1alpha, which grpc-java deprecates in favour of v1.
  @SuppressWarnings("deprecation")
  private static List<BindableService> reflection() {
    return List.of(
        ProtoReflectionServiceV1.newInstance(),
        io.grpc.protobuf.services.ProtoReflectionService.newInstance());
  }
}
