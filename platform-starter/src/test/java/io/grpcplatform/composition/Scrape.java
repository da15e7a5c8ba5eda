package io.grpcplatform.composition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What one reading of {@code /actuator/prometheus} says, in Prometheus' text format. */
record Scrape(List<Sample> samples) {

  private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][\\w:]*)(\\{(.*)})? \\S+$");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** One line: a series and no value, which nobody here asks for. */
  record Sample(String name, Map<String, String> labels) {}

  static Scrape parse(String text) {
    List<Sample> samples = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher matcher = SAMPLE.matcher(line);
      if (!line.startsWith("#") && matcher.matches()) {
        Map<String, String> labels = new HashMap<>();
        LABEL
            .matcher(matcher.group(3) == null ? "" : matcher.group(3))
            .results()
            .forEach(label -> labels.put(label.group(1), label.group(2)));
        samples.add(new Sample(matcher.group(1), Map.copyOf(labels)));
      }
    }
    return new Scrape(List.copyOf(samples));
  }

  Set<String> names() {
    return samples.stream().map(Sample::name).collect(Collectors.toSet());
  }

  Stream<Sample> named(String name) {
    return samples.stream().filter(sample -> sample.name().equals(name));
  }
}
