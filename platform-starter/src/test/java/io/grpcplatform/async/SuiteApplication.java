package io.grpcplatform.async;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** An application of the suite: in this process, or in one of its own that can be killed. */
final class SuiteApplication {

  private static final String READY = "the application is ready";

  private SuiteApplication() {}

  static ConfigurableApplicationContext start(Class<?> source, Map<String, Object> properties) {
    return new SpringApplicationBuilder(source)
        .web(WebApplicationType.NONE)
        .run(arguments(properties));
  }

  private static String[] arguments(Map<String, Object> properties) {
    Map<String, Object> all = new HashMap<>(properties);
    all.putIfAbsent("spring.autoconfigure.exclude", "");
    all.put("spring.main.banner-mode", "off");
    all.put("platform.server.port", 0);
    all.put("platform.server.address", "127.0.0.1");
    all.put("platform.async.initialize-schema", "always");
    all.put("platform.async.retry.initial-backoff", "50ms");
    all.put("platform.async.poll-interval", "250ms");
    return all.entrySet().stream()
        .map(each -> "--" + each.getKey() + "=" + each.getValue())
        .toArray(String[]::new);
  }

  /** Serves the ledger in a process of its own; returns when it does. */
  static Process serve(Map<String, Object> properties) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SuiteApplication.class.getName()));
    command.addAll(List.of(arguments(properties)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    StringBuilder seen = new StringBuilder();
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.equals(READY)) {
        drain(output);
        return process;
      }
      seen.append(line).append('\n');
    }
    throw new IllegalStateException("The application did not start:\n" + seen);
  }

  /** Or a full pipe would stop it. */
  private static void drain(BufferedReader output) {
    Thread reader = new Thread(() -> output.lines().forEach(line -> {}), "output");
    reader.setDaemon(true);
    reader.start();
  }

  public static void main(String[] arguments) {
    new SpringApplicationBuilder(DurableApplication.Serving.class)
        .web(WebApplicationType.NONE)
        .run(arguments);
    System.out.println(READY);
  }
}
