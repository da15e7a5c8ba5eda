package io.grpcplatform.samples.order.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The two services and Zipkin, their directories and their ports. */
final class Stage {
  private final DemoSettings settings;
  private final ServiceProcess payment;
  private final ServiceProcess order;
  private final Zipkin zipkin;
  private final Actuator paymentActuator;
  private final Actuator orderActuator;

  Stage(DemoSettings settings) {
    this.settings = settings;
    zipkin = new Zipkin(settings);
    Map<String, String> environment = new HashMap<>();
    settings.ports().named().forEach(port -> environment.put(port.getKey(), "" + port.getValue()));
    environment.put("ORDER_DATA_DIR", orderData().toAbsolutePath().toString());
    environment.put("PAYMENT_DATA_DIR", paymentData().toAbsolutePath().toString());
    // For people who want to call the services by hand while the demo runs.
    environment.put("PLATFORM_SERVER_REFLECTION_ENABLED", "true");
    environment.putAll(zipkin.environment());
    Path directory = settings.directory();
    payment =
        new ServiceProcess(
            "payment", settings.paymentJar(), directory.resolve("payment.log"), environment);
    order =
        new ServiceProcess(
            "order", settings.orderJar(), directory.resolve("order.log"), environment);
    paymentActuator = new Actuator(settings.ports().paymentHttp());
    orderActuator = new Actuator(settings.ports().orderHttp());
  }

  /** Empties the demo's directory: every run counts its own orders only. */
  void clear() throws IOException {
    Files.createDirectories(settings.directory());
    try (Stream<Path> files = Files.walk(settings.directory())) {
      files
          .sorted(Comparator.reverseOrder())
          .filter(file -> !file.equals(settings.directory()))
          .forEach(Stage::delete);
    }
  }

  /**
   * Throws {@link IllegalStateException} naming the port, and how to choose another, when one is
   * taken.
   */
  void requireFreePorts() {
    for (Map.Entry<String, Integer> port : settings.ports().named()) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(port.getValue()));
      } catch (IOException taken) {
        throw new IllegalStateException(
            "port %d is taken (expected: free; choose another with %s=…)"
                .formatted(port.getValue(), port.getKey()),
            taken);
      }
    }
  }

  ServiceProcess payment() {
    return payment;
  }

  ServiceProcess order() {
    return order;
  }

  Zipkin zipkin() {
    return zipkin;
  }

  Actuator paymentActuator() {
    return paymentActuator;
  }

  Actuator orderActuator() {
    return orderActuator;
  }

  Path orderData() {
    return settings.directory().resolve("order-data");
  }

  Path paymentData() {
    return settings.directory().resolve("payment-data");
  }

  List<String> addresses() {
    DemoSettings.Ports ports = settings.ports();
    String order = "http://127.0.0.1:" + ports.orderHttp() + "/actuator";
    return List.of(
        "inside     " + order + "/grpc   (failures, channels, live streams, settings)",
        "breaker    " + order + "/circuitbreakers",
        "metrics    " + order + "/prometheus",
        "traces     " + (zipkin.isThere() ? zipkin.startPage() : "none (no Zipkin)"),
        "health     "
            + order
            + "/health   and   http://127.0.0.1:"
            + ports.paymentHttp()
            + "/actuator/health",
        "gRPC       127.0.0.1:"
            + ports.orderGrpc()
            + " (order)   127.0.0.1:"
            + ports.paymentGrpc()
            + " (payment)",
        "by hand    grpcurl -plaintext 127.0.0.1:"
            + ports.orderGrpc()
            + " describe samples.order.v1.OrderService",
        "logs       " + order().log() + "   " + payment().log());
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
