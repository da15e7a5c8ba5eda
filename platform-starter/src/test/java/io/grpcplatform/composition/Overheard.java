package io.grpcplatform.composition;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/** All that others than the handler get to see: the whole log at INFO, spans, actuator. */
final class Overheard implements AutoCloseable {

  private static final Logger ROOT = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  /** The levels that the tests' own configuration sets, INFO while this listens. */
  private final Map<Logger, Level> levels = new HashMap<>();

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final InMemorySpanExporter spans;
  private final PatternLayout layout = new PatternLayout();
  private final Appender appender = new Appender();
  private final JdkHandler jdk = new JdkHandler();

  Overheard(InMemorySpanExporter spans) {
    this.spans = spans;
    layout.setContext(ROOT.getLoggerContext());
    layout.setPattern("%level %logger %mdc %kvp %msg%n%ex{full}");
    layout.start();
    for (Logger logger : ROOT.getLoggerContext().getLoggerList()) {
      if (logger.getLevel() != null) {
        levels.put(logger, logger.getLevel());
        logger.setLevel(Level.INFO);
      }
    }
    appender.start();
    ROOT.addAppender(appender);
    java.util.logging.Logger.getLogger("").addHandler(jdk);
  }

  /** What was logged so far, each line with its stack trace. */
  List<String> log() {
    return new ArrayList<>(lines);
  }

  List<String> spans() {
    return spans.getFinishedSpanItems().stream().map(String::valueOf).toList();
  }

  /** What each endpoint answers, by its address; every meter's too. */
  Map<String, String> endpoints(String port) throws Exception {
    String root = "http://127.0.0.1:" + port + "/actuator";
    JsonNode links = new ObjectMapper().readTree(get(root)).path("_links");
    Map<String, String> answers = new TreeMap<>();
    for (JsonNode link : links) {
      String address = link.path("href").asText();
      // A dump of the memory holds all that the process knows.
      if (!link.path("templated").asBoolean() && !address.endsWith("heapdump")) {
        answers.put(address, get(address));
      }
    }
    for (JsonNode name : new ObjectMapper().readTree(get(root + "/metrics")).path("names")) {
      String address = root + "/metrics/" + name.asText();
      answers.put(address, get(address));
    }
    return answers;
  }

  private static String get(String address) throws Exception {
    HttpResponse<byte[]> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    return new String(response.body(), UTF_8);
  }

  @Override
  public void close() {
    ROOT.detachAppender(appender);
    java.util.logging.Logger.getLogger("").removeHandler(jdk);
    levels.forEach(Logger::setLevel);
  }

  private final class Appender extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      lines.add(layout.doLayout(event));
    }
  }

  /** gRPC logs through the JDK, which no bridge has to lead into ours. */
  private final class JdkHandler extends Handler {
    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= java.util.logging.Level.INFO.intValue()) {
        lines.add(new SimpleFormatter().format(record));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
