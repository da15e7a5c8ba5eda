package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide's table of meters and what a whole application has are the same. */
final class DocumentedMetersTest {

  private static final Path GUIDE = Path.of("../docs/telemetry.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `((?:grpc|platform)\\.[a-z.]+)` \\| (\\w+) \\| ([^|]*)\\|");
  private static final Pattern TAG = Pattern.compile("`([a-z_.]+)`");

  /** Nobody listens on port 1; a database in memory; no broker, which would be looked for. */
  private static final String[] EVERYTHING = {
    "platform.ratelimit.redis.url=redis://127.0.0.1:1",
    "spring.datasource.url=jdbc:h2:mem:meters",
    "spring.autoconfigure.exclude="
        + "org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration,"
        + "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration,"
        + "org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration,"
        + "org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration"
  };

  @Test
  void theGuidesTableIsWhatAnApplicationHas() throws Exception {
    try (LiveScrape live = LiveScrape.start(EVERYTHING).talk()) {
      Map<String, String> registered = new TreeMap<>();
      for (Meter meter : live.registry().getMeters()) {
        String name = meter.getId().getName();
        if (name.startsWith("grpc.") || name.startsWith("platform.")) {
          registered.put(name, described(meter));
        }
      }

      assertThat(registered).isEqualTo(documented());
    }
  }

  @Test
  void eachMeterOfTheTableIsInAScrape() throws Exception {
    try (LiveScrape live = LiveScrape.start(EVERYTHING).talk()) {
      Set<String> names = live.names();

      for (Meter meter : live.registry().getMeters()) {
        String name = live.scraped(meter.getId());
        if (documented().containsKey(meter.getId().getName())) {
          assertThat(names).contains(name);
        }
      }
    }
  }

  private static String described(Meter meter) {
    Set<String> tags = new TreeSet<>();
    meter.getId().getTags().forEach(tag -> tags.add(tag.getKey()));
    return meter.getId().getType().name().toLowerCase(Locale.ROOT) + " " + tags;
  }

  private static Map<String, String> documented() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(GUIDE));
    while (row.find()) {
      Set<String> tags = new TreeSet<>();
      Matcher tag = TAG.matcher(row.group(3));
      while (tag.find()) {
        tags.add(tag.group(1));
      }
      rows.put(row.group(1), row.group(2) + " " + tags);
    }
    return rows;
  }
}
