package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.telemetry.TelemetryAutoConfiguration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.convert.ConversionServiceParameterValueMapper;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpointDiscoverer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The endpoint as a web framework calls it: with the body's strings, by actuator's own invoker. */
class LiveOperationsTest {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withPropertyValues("management.endpoints.web.exposure.include=grpcsettings")
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  TelemetryAutoConfiguration.class,
                  LiveAutoConfiguration.class));

  private static Map<String, WebOperation> operations(ApplicationContext context) {
    Collection<ExposableWebEndpoint> found =
        new WebEndpointDiscoverer(
                context,
                new ConversionServiceParameterValueMapper(),
                EndpointMediaTypes.DEFAULT,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of())
            .getEndpoints();
    assertThat(found).singleElement().extracting("rootPath").isEqualTo("grpcsettings");
    return found.iterator().next().getOperations().stream()
        .collect(
            Collectors.toMap(
                operation -> operation.getRequestPredicate().getHttpMethod().name(),
                operation -> operation));
  }

  private static Object call(WebOperation operation, Map<String, Object> body) {
    return operation.invoke(new InvocationContext(SecurityContext.NONE, body));
  }

  @Test
  void aRequestSetsRemovesAndTakesBack() {
    runner
        .withPropertyValues("platform.live.actuator.write=true")
        .run(
            context -> {
              Map<String, WebOperation> operations = operations(context);
              assertThat(operations).containsOnlyKeys("GET", "POST", "DELETE");

              Object set =
                  call(
                      operations.get("POST"),
                      Map.of(
                          "set",
                          "platform.telemetry.access-log.mode: off\n"
                              + "platform.telemetry.tracing.enabled: false"));
              assertThat(set).extracting("status").isEqualTo(200);
              Object removed =
                  call(
                      operations.get("POST"),
                      Map.of(
                          "remove",
                          "platform.telemetry.access-log.mode,platform.telemetry.tracing.enabled"));
              assertThat(removed).extracting("status").isEqualTo(200);
              LiveView view = (LiveView) call(operations.get("GET"), Map.of());
              assertThat(view.set()).isEmpty();
              assertThat(view.version()).isEqualTo(2);
              WebEndpointResponse<?> back =
                  (WebEndpointResponse<?>) call(operations.get("DELETE"), Map.of());

              assertThat(back.getStatus()).isEqualTo(200);
              assertThat(((LiveView) call(operations.get("GET"), Map.of())).set()).hasSize(2);
            });
  }

  @Test
  void byDefaultThereIsNothingToWriteTo() {
    runner.run(context -> assertThat(operations(context)).containsOnlyKeys("GET"));
    runner
        .withPropertyValues("management.endpoints.web.exposure.include=health")
        .run(context -> assertThat(context).doesNotHaveBean(LiveEndpoint.class));
  }
}
