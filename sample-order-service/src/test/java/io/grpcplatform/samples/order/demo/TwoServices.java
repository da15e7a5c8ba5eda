package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.OrderApplication;
import io.grpcplatform.samples.order.Postgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Both services as processes of their own with the profile {@code postgresql}, from the classes
 * that were built before these. Their ports outlive them.
 */
final class TwoServices implements AutoCloseable {
  private static final Path OURS = Path.of("target", "classes").toAbsolutePath();
  private static final Path PAYMENT =
      Path.of("..", "sample-payment-service", "target", "classes").toAbsolutePath().normalize();
  private static final String PAYMENT_APPLICATION =
      "io.grpcplatform.samples.payment.PaymentApplication";

  private final HeldPort orderPort = new HeldPort();
  private final HeldPort paymentPort = new HeldPort();
  private final String orderDatabase = Postgres.freshDatabase("killed_orders");
  private final String paymentDatabase = Postgres.freshDatabase("killed_payments");
  private final Map<Victim, ServiceProcess> processes = new EnumMap<>(Victim.class);
  private final Map<Victim, ServiceLog> logs = new EnumMap<>(Victim.class);

  TwoServices(Path directory) throws IOException {
    if (!Files.isDirectory(PAYMENT)) {
      throw new AssertionError("not built: " + PAYMENT + " (expected: built with this module)");
    }
    add(Victim.ORDER, OURS, OrderApplication.class.getName(), directory);
    add(Victim.PAYMENT, PAYMENT, PAYMENT_APPLICATION, directory);
  }

  private void add(Victim victim, Path classes, String application, Path directory)
      throws IOException {
    ServiceLog log = new ServiceLog(directory.resolve(victim + ".log"));
    logs.put(victim, log);
    processes.put(
        victim,
        new ServiceProcess(
            victim.toString(),
            List.of("-cp", classPath(classes), application),
            log.file(),
            environment(),
            log));
  }

  private Map<String, String> environment() {
    return Map.ofEntries(
        Map.entry("SPRING_PROFILES_ACTIVE", "postgresql"),
        Map.entry("ORDER_DATABASE_URL", orderDatabase),
        Map.entry("ORDER_DATABASE_USER", Postgres.USER),
        Map.entry("PAYMENT_DATABASE_URL", paymentDatabase),
        Map.entry("PAYMENT_DATABASE_USER", Postgres.USER),
        Map.entry("ORDER_GRPC_PORT", "" + orderPort.number()),
        Map.entry("PAYMENT_GRPC_PORT", "" + paymentPort.number()),
        Map.entry("ORDER_HTTP_PORT", "0"),
        Map.entry("PAYMENT_HTTP_PORT", "0"),
        Map.entry("PLATFORM_SERVER_ADDRESS", "127.0.0.1"),
        Map.entry("SERVER_ADDRESS", "127.0.0.1"));
  }

  /** This process's own, without its tests, and with the service's classes in their place. */
  private static String classPath(Path classes) {
    String ours =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.concat(
            Stream.of(classes.toString()),
            Arrays.stream(ours.split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
                .filter(entry -> !Path.of(entry).toAbsolutePath().equals(OURS)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  void start(Victim which) throws IOException {
    for (Victim one : which.each()) {
      processes.get(one).start();
    }
  }

  void awaitListening(Victim which) throws Exception {
    for (Victim one : which.each()) {
      logs.get(one).listening().get(60, TimeUnit.SECONDS);
    }
  }

  /** SIGKILL. */
  void kill(Victim which) throws InterruptedException {
    for (Victim one : which.each()) {
      processes.get(one).kill();
    }
  }

  HeldTable hold(Victim whose, String table) throws SQLException {
    String database = whose == Victim.ORDER ? orderDatabase : paymentDatabase;
    return new HeldTable(DriverManager.getConnection(database, Postgres.USER, ""), table);
  }

  int orderPort() {
    return orderPort.number();
  }

  TwoDatabases databases() throws SQLException {
    return TwoDatabases.at(orderDatabase, paymentDatabase, Postgres.USER);
  }

  /** SIGTERM to both; what they keep stays. */
  void stop() throws InterruptedException {
    List<InterruptedException> interrupted = new ArrayList<>();
    for (ServiceProcess process : processes.values()) {
      try {
        process.close();
      } catch (InterruptedException none) {
        interrupted.add(none);
      }
    }
    if (!interrupted.isEmpty()) {
      throw interrupted.get(0);
    }
  }

  @Override
  public void close() throws Exception {
    stop();
    orderPort.close();
    paymentPort.close();
  }
}
