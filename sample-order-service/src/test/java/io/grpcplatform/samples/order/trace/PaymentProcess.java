package io.grpcplatform.samples.order.trace;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The payment service as a process of its own, from the classes that were built before these. */
final class PaymentProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("gRPC server listens on port (\\d+)");
  private static final Path CLASSES =
      Path.of("..", "sample-payment-service", "target", "classes").toAbsolutePath().normalize();
  private static final String OURS = Path.of("target", "classes").toAbsolutePath().toString();

  private final Process process;
  private int port;

  private PaymentProcess(Process process) {
    this.process = process;
  }

  /** One whose traces are all kept, and told to Zipkin. */
  static PaymentProcess start(Path data, String zipkin) throws IOException {
    return start(
        data,
        Map.of("TRACE_SAMPLING", "1.0", "ZIPKIN_EXPORT", "true", "ZIPKIN_ENDPOINT", zipkin),
        "--spring.main.sources=" + FirstGetPaymentFails.class.getName());
  }

  static PaymentProcess start(Path data, Map<String, String> environment, String... arguments)
      throws IOException {
    if (!Files.isDirectory(CLASSES)) {
      throw new AssertionError("not built: " + CLASSES + " (expected: built with this module)");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            classPath(),
            "io.grpcplatform.samples.payment.PaymentApplication",
            // Louder than the tests' own logging: the port is read from the log.
            "--logging.level.io.grpcplatform.server=INFO");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("PAYMENT_DATA_DIR", data.toString());
    builder.environment().put("PAYMENT_GRPC_PORT", "0");
    builder.environment().put("PAYMENT_HTTP_PORT", "0");
    builder.environment().putAll(environment);
    return new PaymentProcess(builder.redirectErrorStream(true).start());
  }

  /** Returns once it serves. */
  PaymentProcess awaitReady() throws IOException {
    port = Integer.parseInt(Log.await(process, LISTENS));
    return this;
  }

  int port() {
    return port;
  }

  /** Ends it in order, so that it exports the spans it still has. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  /** This one's, with the payment service in the place of the order service. */
  private static String classPath() {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(
            entry ->
                Path.of(entry).toAbsolutePath().toString().equals(OURS)
                    ? CLASSES.toString()
                    : entry)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
