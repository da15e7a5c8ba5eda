package io.grpcplatform.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where the endpoint is, without a web server, and whose beans it asks. */
class InspectAutoConfigurationTest {

  private static final String EXPOSED = "management.endpoints.web.exposure.include=grpc";

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  @Configuration(proxyBeanMethods = false)
  static class Own {

    @Bean
    InspectedSection broken() {
      return new InspectedSection() {
        @Override
        public String name() {
          return "broken";
        }

        @Override
        public Map<CallKey, MethodDescriptor<?, ?>> methods() {
          return Map.of(
              CallKey.of("", EchoServiceGrpc.getUnaryMethod()), EchoServiceGrpc.getUnaryMethod());
        }

        @Override
        public Map<String, Object> content() {
          throw new IllegalStateException("password hunter2");
        }

        @Override
        public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
          throw new IllegalStateException("password hunter2");
        }
      };
    }

    @Bean
    SanitizingFunction noTargets() {
      return data -> data.getKey().endsWith(".target") ? data.withSanitizedValue() : data;
    }
  }

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withUserConfiguration(Application.class)
          .withPropertyValues("platform.server.port=-1");

  @Test
  void isThereWhereItIsExposed() {
    runner
        .withPropertyValues(EXPOSED)
        .run(
            context ->
                assertThat(context.getBean(InspectEndpoint.class).everything())
                    .containsKeys("version", "channels", "services", "limits", "pipeline"));
  }

  @Test
  void isNotThereWhereItIsNotExposed() {
    runner.run(context -> assertThat(context).doesNotHaveBean(InspectEndpoint.class));
    runner
        .withPropertyValues(EXPOSED, "platform.inspect.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(InspectEndpoint.class));
    runner
        .withPropertyValues(EXPOSED, "management.endpoint.grpc.access=NONE")
        .run(context -> assertThat(context).doesNotHaveBean(InspectEndpoint.class));
  }

  @Test
  void showsWhatIsLeftWhereFeaturesAreMissing() {
    runner
        .withPropertyValues(
            EXPOSED,
            "platform.server.enabled=false",
            "platform.client.enabled=false",
            "platform.live.enabled=false",
            "platform.lifecycle.enabled=false")
        .withClassLoader(new FilteredClassLoader("build.buf"))
        .run(
            context ->
                assertThat(context.getBean(InspectEndpoint.class).everything())
                    .containsEntry("channels", Map.of())
                    .containsEntry("services", Map.of())
                    .containsKey("limits"));
  }

  @Test
  void aBrokenSectionShowsItsTypeOfFailureOnly() {
    runner
        .withUserConfiguration(Own.class)
        .withPropertyValues(EXPOSED)
        .run(
            context -> {
              Map<String, Object> all = context.getBean(InspectEndpoint.class).everything();
              assertThat(all).hasToString(all.toString()).asString().doesNotContain("hunter2");
              assertThat(all.get("broken"))
                  .hasToString("{unreadable=java.lang.IllegalStateException}");
              assertThat(all.get("services"))
                  .asString()
                  .contains("deadline.max", "broken={unreadable=java.lang.IllegalStateException}");
            });
  }

  @Test
  void findingsOfTheStartAreShown() {
    runner
        .withPropertyValues(
            EXPOSED,
            "platform.client.channels.payment.target=static://10.0.0.7:9091",
            "platform.client.channels.payment.keepalive.time=30s")
        .run(
            context ->
                assertThat(context.getBean(InspectEndpoint.class).everything().get("findings"))
                    .asString()
                    .contains("rule=keepalive", "platform.client.channels.payment.keepalive.time"));
  }

  @Test
  void theUsersSanitizingFunctionsAreAsked() {
    runner
        .withUserConfiguration(Own.class)
        .withPropertyValues(
            EXPOSED, "platform.client.channels.payment.target=static://10.0.0.7:9091")
        .run(
            context ->
                assertThat(
                        context
                            .getBean(InspectEndpoint.class)
                            .part("channels", "payment", "target"))
                    .asString()
                    .startsWith("{value=******, origin=property"));
  }
}
