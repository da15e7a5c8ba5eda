package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.SettingException;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.live.MarkedPlans.Marker;
import io.grpcplatform.live.RandomSettings.Wrong;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/**
 * A thousand random changes of a server's and a client's settings while calls and streams run over
 * loopback: by a file that both watch, by their endpoints, and by their environments.
 */
class RandomChangesTest {

  private static final int CHANGES = 1000;
  private static final int OF_THE_FILE = 50;
  private static final long SEED = 20260731;

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final RandomSettings settings = new RandomSettings(random);
  private final BlockingQueue<String> logged = new LinkedBlockingQueue<>();
  private final Map<String, List<Long>> micros = new TreeMap<>();
  private final Map<String, Object> inFile = new HashMap<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(SettingsChanges.class);
  private Path file;
  private int refused;
  private int takenBack;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableConfigurationProperties(Marker.class)
  static class Application {
    @Bean
    Live<Marker> marker(Marker start, LiveSettings settings) {
      return settings.add(Marker.class, start);
    }

    @Bean
    MarkedPlans marked(Live<Marker> live) {
      return new MarkedPlans(live);
    }

    @Bean
    io.grpcplatform.ServerFeature markedServer(MarkedPlans plans) {
      return plans.ofServer();
    }

    @Bean
    io.grpcplatform.ClientFeature markedClient(MarkedPlans plans) {
      return plans.ofClient();
    }

    @Bean
    EchoBehaviour echo() {
      return new EchoBehaviour();
    }
  }

  /** One process of the two, and what was set there. */
  private record Node(
      ConfigurableApplicationContext context,
      Map<String, Object> environment,
      Map<String, Object> actuator) {

    static Node start(Path file, String... settings) {
      Map<String, Object> environment = new ConcurrentHashMap<>();
      List<String> arguments = new ArrayList<>(List.of(settings));
      arguments.add("--platform.live.watch=" + file);
      arguments.add("--platform.live.actuator.write=true");
      arguments.add("--platform.server.shutdown.grace-period=1s");
      arguments.add(
          "--platform.ratelimit.server.methods[platform.test.v1.EchoService/Bidi].rate=1000000/s");
      arguments.add("--management.endpoints.web.exposure.include=grpcsettings");
      ConfigurableApplicationContext context =
          new SpringApplicationBuilder(Application.class)
              .web(WebApplicationType.NONE)
              .initializers(
                  starting ->
                      starting
                          .getEnvironment()
                          .getPropertySources()
                          .addLast(new MapPropertySource("others", environment)))
              .run(arguments.toArray(String[]::new));
      return new Node(context, environment, new HashMap<>());
    }

    MarkedPlans plans() {
      return context.getBean(MarkedPlans.class);
    }

    LiveWriteEndpoint endpoint() {
      return context.getBean(LiveWriteEndpoint.class);
    }

    LiveView view() {
      return endpoint().settings();
    }

    /** What can change in both, for a file that both watch. */
    static List<String> liveIn(List<Node> nodes) {
      List<String> live = new ArrayList<>(nodes.get(0).view().live());
      nodes.forEach(node -> live.retainAll(node.view().live()));
      return live;
    }

    /** Nothing is set twice, so this is what every layer together should come to. */
    void says(Map<String, Object> file, List<String> properties) {
      Map<String, Object> expected = new HashMap<>(environment);
      expected.putAll(file);
      expected.putAll(actuator);
      for (String property : properties) {
        assertThat(context.getEnvironment().getProperty(property))
            .as(property)
            .isEqualTo(expected.get(property));
      }
    }
  }

  /** Once the applications have started: each start sets logging up anew. */
  private void listen() {
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            logged.add(event.getFormattedMessage());
          }
        };
    appender.start();
    log.setAdditive(false);
    log.addAppender(appender);
  }

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("live.yml"), "");
  }

  @AfterEach
  void restoreLog() {
    log.detachAndStopAllAppenders();
    log.setAdditive(true);
  }

  @Test
  void aThousandRandomChangesLoseNoCall() throws Exception {
    Node server = Node.start(file, "--platform.server.port=0");
    String target =
        "localhost:" + server.context().getEnvironment().getRequiredProperty("local.grpc.port");
    Node client =
        Node.start(
            file,
            "--platform.server.enabled=false",
            "--platform.client.channels.echo.target=" + target,
            "--platform.client.channels.refusing.target=" + target,
            "--platform.client.channels.failing.target=" + target,
            KeptBreakers.OPENS_SOON,
            KeptBreakers.STAYS_OPEN,
            KeptBreakers.GROWS_NO_LONGER);
    SteadyLoad load = new SteadyLoad(client.context().getBean(GrpcChannels.class).channel("echo"));
    KeptBreakers breakers = new KeptBreakers(client.context(), "refusing", "failing");
    listen();
    load.start(3);
    try {
      change(server, client);
      load.stop();
      verify(load, List.of(server, client));
      assertThat(client.endpoint().change(KeptBreakers.SEEN, List.of()).getStatus()).isEqualTo(200);
      breakers.verify();
    } finally {
      client.context().close();
      server.context().close();
    }
  }

  private void verify(SteadyLoad load, List<Node> nodes) throws InterruptedException {
    assertThat(load.lost).isEmpty();
    assertThat(load.unary.sum()).isGreaterThan(CHANGES);
    assertThat(load.streams.sum()).isGreaterThan(CHANGES / 20);
    for (Node node : nodes) {
      node.plans().awaitEnds();
      assertThat(node.plans().ended.sum()).isEqualTo(node.plans().begun.sum());
    }
    report(load, nodes.stream().mapToInt(node -> node.view().version()).sum());
  }

  private void change(Node server, Node client) throws Exception {
    List<Node> nodes = List.of(server, client);
    List<Boolean> files = new ArrayList<>(Collections.nCopies(CHANGES - OF_THE_FILE, false));
    files.addAll(Collections.nCopies(OF_THE_FILE, true));
    Collections.shuffle(files, random);
    List<String> everywhere = Node.liveIn(nodes);
    assertThat(server.view().live()).contains("platform.server", "resilience4j.circuitbreaker");
    for (int number = 1; number <= CHANGES; number++) {
      boolean wrong = random.nextInt(4) == 0;
      Node node = nodes.get(random.nextInt(2));
      if (files.get(number - 1)) {
        changeFile(nodes, number, wrong ? settings.wrong() : null, settings.any(everywhere));
      } else if (random.nextBoolean()) {
        changeThroughEndpoint(
            node, number, wrong ? settings.wrong() : null, settings.any(node.view().live()));
      } else {
        changeEnvironment(
            node, number, wrong ? settings.wrong() : null, settings.any(node.view().live()));
      }
      for (Node each : nodes) {
        each.says(inFile, RandomSettings.properties());
      }
    }
  }

  private void changeFile(List<Node> nodes, int number, Wrong wrong, List<String> right)
      throws Exception {
    logged.clear();
    Map<String, Object> next = new HashMap<>(inFile);
    if (random.nextInt(3) == 0) {
      next.clear();
    }
    next.put(right.get(0), right.get(1));
    next.put("platform.marker.file", String.valueOf(number));
    if (wrong != null) {
      next.put(wrong.property(), wrong.value());
    }
    Path other = Files.writeString(folder.resolve("next"), yaml(next));
    long start = System.nanoTime();
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (wrong == null) {
      for (Node node : nodes) {
        node.plans().await(plan -> plan.file() == number);
        took("file", start);
      }
      inFile.clear();
      inFile.putAll(next);
    } else {
      for (int heard = 0; heard < nodes.size(); heard++) {
        assertThat(logged.poll(10, TimeUnit.SECONDS)).contains("refused by file", wrong.reason());
      }
      took("refused file", start);
      refused++;
    }
  }

  private void changeThroughEndpoint(Node node, int number, Wrong wrong, List<String> right)
      throws Exception {
    Map<String, Object> next = new HashMap<>(node.actuator());
    Map<String, Object> set = new HashMap<>();
    set.put("platform.marker.actuator", String.valueOf(number));
    set.put(right.get(0), right.get(1));
    List<String> remove = new ArrayList<>();
    next.keySet().stream()
        .filter(name -> !set.containsKey(name) && random.nextInt(4) == 0)
        .forEach(remove::add);
    if (wrong != null) {
      set.put(wrong.property(), wrong.value());
    }
    long start = System.nanoTime();
    WebEndpointResponse<Map<String, Object>> answer = node.endpoint().change(yaml(set), remove);
    if (wrong != null) {
      assertThat(answer.getStatus()).isEqualTo(400);
      assertThat(answer.getBody().get("refused").toString()).contains(wrong.reason());
      refused++;
      return;
    }
    assertThat(answer.getStatus()).as("%s", answer.getBody()).isEqualTo(200);
    node.plans().await(plan -> plan.actuator() == number);
    took("actuator", start);
    if (random.nextInt(10) == 0) {
      assertThat(node.endpoint().rollBack().getStatus()).isEqualTo(200);
      node.plans().await(plan -> plan.actuator() != number);
      takenBack++;
    } else {
      remove.forEach(node.actuator()::remove);
      node.actuator().putAll(set);
    }
  }

  private void changeEnvironment(Node node, int number, Wrong wrong, List<String> right)
      throws Exception {
    Map<String, Object> before = new HashMap<>(node.environment());
    node.environment().put("platform.marker.environment", String.valueOf(number));
    node.environment().put(right.get(0), right.get(1));
    LiveReload reload = node.context().getBean(LiveReload.class);
    long start = System.nanoTime();
    if (wrong == null) {
      reload.reload();
      node.plans().await(plan -> plan.environment() == number);
      took("environment", start);
      return;
    }
    node.environment().put(wrong.property(), wrong.value());
    SettingException reason = catchThrowableOfType(SettingException.class, reload::reload);
    node.environment().keySet().retainAll(before.keySet());
    node.environment().putAll(before);
    assertThat(reason).as(wrong.toString()).hasMessageContaining(wrong.reason());
    refused++;
  }

  private static String yaml(Map<String, Object> properties) {
    return properties.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\": \"" + entry.getValue() + "\"\n")
        .collect(Collectors.joining());
  }

  private void took(String source, long start) {
    micros
        .computeIfAbsent(source, any -> new ArrayList<>())
        .add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
  }

  private void report(SteadyLoad load, int versions) {
    StringBuilder text = new StringBuilder();
    micros.forEach(
        (source, times) -> {
          Collections.sort(times);
          long longest = times.get(times.size() - 1);
          text.append(
              "; %s %d changes, effective after %.1f ms (median), %.1f ms (longest)"
                  .formatted(
                      source, times.size(), times.get(times.size() / 2) / 1e3, longest / 1e3));
        });
    System.out.printf(
        "%d random changes, %d refused, %d taken back, %d versions, under %d unary calls and %d"
            + " streams, none lost%s%n",
        CHANGES, refused, takenBack, versions, load.unary.sum(), load.streams.sum(), text);
    assertThat(refused).isBetween(CHANGES / 5, CHANGES / 3);
    // The median: the others tell how long the machine had something else to do.
    assertThat(micros)
        .allSatisfy(
            (source, times) ->
                assertThat(times.get(times.size() / 2))
                    .as(source)
                    .isLessThanOrEqualTo(TimeUnit.SECONDS.toMicros(1)));
  }
}
