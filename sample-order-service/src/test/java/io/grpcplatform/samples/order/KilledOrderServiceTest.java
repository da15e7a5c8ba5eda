package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole service as a process of its own, killed by SIGKILL while it accepts orders. */
@Timeout(120)
class KilledOrderServiceTest {
  private static final Pattern LISTENS = Pattern.compile("gRPC server listens on port (\\d+)");
  private static final int ORDERS = 300;
  private static final int CALLERS = 4;

  @TempDir private Path data;

  @Test
  void keepsEveryAcknowledgedOrderAndItsCommand() throws Exception {
    Process service = start();
    try {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", port(service)).usePlaintext().build();
      Set<String> acknowledged = placeUntilKilled(service, channel);
      channel.shutdownNow();

      Map<String, Boolean> stored = storedOrdersAndWhetherTheyHaveCommands();

      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ORDERS);
      assertThat(stored.keySet()).containsAll(acknowledged);
      assertThat(stored.values()).as("orders with a waiting command").containsOnly(true);
    } finally {
      service.destroyForcibly();
    }
  }

  private Process start() throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            classPath,
            OrderApplication.class.getName(),
            // Louder than the tests' own logging: the port is read from the log.
            "--logging.level.io.grpcplatform.server=INFO",
            "--platform.client.channels.payment.target=127.0.0.1:1");
    builder.environment().put("ORDER_DATA_DIR", data.toString());
    builder.environment().put("ORDER_GRPC_PORT", "0");
    builder.environment().put("ORDER_HTTP_PORT", "0");
    return builder.redirectErrorStream(true).start();
  }

  private static int port(Process service) throws IOException {
    BufferedReader log = service.inputReader();
    StringBuilder seen = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      seen.append(line).append('\n');
      Matcher listens = LISTENS.matcher(line);
      if (listens.find()) {
        Thread drain = new Thread(() -> log.lines().forEach(ignored -> {}), "log");
        drain.setDaemon(true);
        drain.start();
        return Integer.parseInt(listens.group(1));
      }
    }
    throw new AssertionError("the service has ended:\n" + seen);
  }

  private static Set<String> placeUntilKilled(Process service, ManagedChannel channel)
      throws Exception {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    CountDownLatch enough = new CountDownLatch(ORDERS);
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    for (int caller = 0; caller < CALLERS; caller++) {
      String prefix = "k-" + caller + "-";
      callers.execute(
          () -> {
            try {
              for (int i = 0; ; i++) {
                acknowledged.add(place(channel, prefix + i));
                enough.countDown();
              }
            } catch (StatusRuntimeException killed) {
              // What this test is about: from here on nothing is acknowledged.
            }
          });
    }
    assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
    service.destroyForcibly().waitFor();
    callers.shutdown();
    assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    return acknowledged;
  }

  private static String place(ManagedChannel channel, String key) {
    NewOrder order =
        NewOrder.newBuilder()
            .setIdempotencyKey(key)
            .setCustomerId("customer-7")
            .setCardToken(Shop.GOOD_CARD)
            .addLines(OrderLine.newBuilder().setSku("mug-blue").setQuantity(1))
            .build();
    return OrderServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .placeOrder(PlaceOrderRequest.newBuilder().setOrder(order).build())
        .getOrder()
        .getOrderId();
  }

  private Map<String, Boolean> storedOrdersAndWhetherTheyHaveCommands() throws Exception {
    Map<String, Boolean> stored = new ConcurrentHashMap<>();
    Set<String> commands = new HashSet<>();
    String url = "jdbc:h2:file:" + data.resolve("order") + ";IFEXISTS=TRUE";
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery("SELECT order_id FROM outbox")) {
        while (rows.next()) {
          commands.add(rows.getString(1));
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT order_id FROM shop_order")) {
        while (rows.next()) {
          stored.put(rows.getString(1), commands.contains(rows.getString(1)));
        }
      }
    }
    return stored;
  }
}
