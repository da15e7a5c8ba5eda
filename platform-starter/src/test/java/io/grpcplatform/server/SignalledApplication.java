package io.grpcplatform.server;

import io.grpcplatform.DrainSignal;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application without a web server whose main method returns; run in a process of its own. */
public final class SignalledApplication {

  private SignalledApplication() {}

  /** Prints the port and then each phase of the drain, a line each. */
  public static void main(String[] arguments) {
    SpringApplication application = new SpringApplication(App.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    var context =
        application.run(
            "--platform.server.port=0",
            "--platform.server.address=127.0.0.1",
            "--platform.server.shutdown.drain-delay=10m",
            "--spring.lifecycle.timeout-per-shutdown-phase=20m");
    context.getBean(DrainSignal.class).subscribe(phase -> System.out.println("phase=" + phase));
    System.out.println("port=" + context.getEnvironment().getProperty("local.grpc.port"));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    EchoHandler echo() {
      return new EchoHandler();
    }
  }
}
