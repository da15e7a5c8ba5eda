package io.grpcplatform.samples.order.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the demo was asked to do, and where. */
record DemoSettings(
    boolean check, Path orderJar, Path paymentJar, Path zipkinJar, Path directory, Ports ports) {

  /** Where the services listen. */
  record Ports(int orderGrpc, int orderHttp, int paymentGrpc, int paymentHttp, int zipkin) {
    List<Map.Entry<String, Integer>> named() {
      return List.of(
          Map.entry("ORDER_GRPC_PORT", orderGrpc),
          Map.entry("ORDER_HTTP_PORT", orderHttp),
          Map.entry("PAYMENT_GRPC_PORT", paymentGrpc),
          Map.entry("PAYMENT_HTTP_PORT", paymentHttp),
          Map.entry("ZIPKIN_PORT", zipkin));
    }
  }

  static DemoSettings of(List<String> arguments, Map<String, String> environment) {
    for (String argument : arguments) {
      if (!argument.equals("--check")) {
        throw new IllegalArgumentException(
            "argument: '" + argument + "' (expected: nothing, or --check)");
      }
    }
    return new DemoSettings(
        arguments.contains("--check"),
        Path.of(property("demo.order-jar")),
        Path.of(property("demo.payment-jar")),
        Path.of(property("demo.zipkin-jar")),
        Path.of(property("demo.directory")),
        new Ports(
            port(environment, "ORDER_GRPC_PORT", 9090),
            port(environment, "ORDER_HTTP_PORT", 8080),
            port(environment, "PAYMENT_GRPC_PORT", 9091),
            port(environment, "PAYMENT_HTTP_PORT", 8081),
            zipkinPort(environment)));
  }

  /**
   * The usual one, unless somebody has it already: another is as good, for its address is printed.
   */
  private static int zipkinPort(Map<String, String> environment) {
    int wanted = port(environment, "ZIPKIN_PORT", 9411);
    if (!environment.getOrDefault("ZIPKIN_PORT", "").isBlank()) {
      return wanted;
    }
    try (ServerSocket usual = new ServerSocket()) {
      usual.setReuseAddress(true);
      usual.bind(new InetSocketAddress(wanted));
      return wanted;
    } catch (IOException taken) {
      return anyFreePort(wanted);
    }
  }

  private static int anyFreePort(int otherwise) {
    try (ServerSocket any = new ServerSocket(0)) {
      return any.getLocalPort();
    } catch (IOException none) {
      return otherwise;
    }
  }

  private static String property(String name) {
    @Nullable String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": not set (expected: set by demo.sh)");
    }
    return value;
  }

  private static int port(Map<String, String> environment, String name, int usual) {
    String value = environment.getOrDefault(name, "");
    if (value.isBlank()) {
      return usual;
    }
    if (!value.matches("[0-9]{1,5}")
        || Integer.parseInt(value) < 1
        || Integer.parseInt(value) > 65_535) {
      throw new IllegalArgumentException(name + ": '" + value + "' (expected: a port, 1 to 65535)");
    }
    return Integer.parseInt(value);
  }
}
