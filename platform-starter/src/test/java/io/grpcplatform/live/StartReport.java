package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * What Spring Boot prints of a start that failed: the first analysis of every analyzer there is.
 *
 * @param description what is wrong
 * @param action what to do about it
 */
record StartReport(String description, String action) {

  private static final Pattern PROPERTY = Pattern.compile("(?s).*, (platform\\..*)\\)");

  /** The wrong property, as the description's last words name it. */
  String property() {
    Matcher named = PROPERTY.matcher(description);
    assertThat(named.matches()).as(description).isTrue();
    return named.group(1);
  }

  /** What pasting the YAML of the action sets. */
  List<String> pasted() {
    String yaml = action.substring(action.indexOf("\n\n") + 2).stripIndent();
    List<String> pairs = new ArrayList<>();
    try {
      for (PropertySource<?> source :
          new YamlPropertySourceLoader()
              .load("pasted", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))) {
        for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
          pairs.add(name + "=" + source.getProperty(name));
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return pairs;
  }

  static StartReport of(AssertableApplicationContext context) {
    assertThat(context).hasFailed();
    Throwable failure = context.getStartupFailure();
    for (FailureAnalyzer analyzer :
        SpringFactoriesLoader.forDefaultResourceLocation()
            .load(
                FailureAnalyzer.class,
                ArgumentResolver.of(BeanFactory.class, new DefaultListableBeanFactory())
                    .and(Environment.class, new StandardEnvironment()),
                FailureHandler.handleMessage((message, cause) -> {}))) {
      FailureAnalysis analysis = analyzer.analyze(failure);
      if (analysis != null) {
        return new StartReport(analysis.getDescription(), analysis.getAction());
      }
    }
    throw new AssertionError("No analyzer knows this failure", failure);
  }
}
