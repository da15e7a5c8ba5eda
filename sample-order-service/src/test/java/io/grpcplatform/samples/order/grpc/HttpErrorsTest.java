package io.grpcplatform.samples.order.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.error.HttpErrorAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A controller that lets the error of a contract go by answers it as JSON. */
class HttpErrorsTest {

  @RestController
  static class Door {
    @GetMapping("/orders")
    String order() {
      throw OrderWire.noOrder("no");
    }
  }

  @Test
  void controllerAnswersTheDeclaredError() {
    new WebApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                JacksonAutoConfiguration.class,
                HttpMessageConvertersAutoConfiguration.class,
                WebMvcAutoConfiguration.class,
                HttpErrorAutoConfiguration.class))
        .withUserConfiguration(Door.class)
        .run(
            context ->
                assertThat(MockMvcTester.from(context).get().uri("/orders"))
                    .hasStatus(404)
                    .bodyJson()
                    .isStrictlyEqualTo(
                        "{\"code\":\"ORDER_005\",\"message\":\"Nothing is known of the order 'no'\","
                            + "\"status\":404,\"details\":{\"order_id\":\"no\"}}"));
  }
}
