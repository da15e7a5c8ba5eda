package io.grpcplatform.health;

import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthGrpc;
import io.grpcplatform.ServerContributor;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.SettingException;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Serves the health service on each server, through the pipeline like any other: its calls are
 * measured, and a drain ends its watches. Runs on the thread that starts the server.
 */
final class HealthServerContributor implements ServerContributor {

  private final HealthNames names;
  private final HealthProperties properties;
  private final ObjectProvider<BindableService> services;
  private final ObjectProvider<ServerPipeline> pipelines;

  HealthServerContributor(
      HealthNames names,
      HealthProperties properties,
      ObjectProvider<BindableService> services,
      ObjectProvider<ServerPipeline> pipelines) {
    this.names = names;
    this.properties = properties;
    this.services = services;
    this.pipelines = pipelines;
  }

  @Override
  public void contribute(ServerBuilder<?> builder) {
    List<String> served =
        services.stream()
            .map(service -> service.bindService().getServiceDescriptor().getName())
            .toList();
    properties.services().keySet().forEach(service -> check(service, served));
    if (served.contains(HealthGrpc.SERVICE_NAME)) {
      // The application has a health service of its own.
      return;
    }
    served.forEach(names::add);
    ServerServiceDefinition health = names.service().bindService();
    ServerPipeline pipeline = pipelines.getIfAvailable();
    builder.addService(pipeline == null ? health : pipeline.bind(health, List.of()));
  }

  private static void check(String service, List<String> served) {
    if (!served.contains(service)) {
      throw SettingException.instead(
          HealthProperties.PREFIX + "services[" + service + "]",
          service,
          "a service that this application serves: " + String.join(", ", served),
          HealthProperties.PREFIX + "services[" + (served.isEmpty() ? "" : served.get(0)) + "]",
          "readiness");
    }
  }
}
