package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.LiveSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** The guide's table of what can change says what the code does. */
class LiveTableTest {

  private static final Path PAGE = Path.of("..", "docs", "live.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z0-9.-]+)` \\| (change|need a restart)\\b.*\\|$");

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  @Test
  void theTableNamesWhatIsLiveAndWhatIsNot() throws IOException {
    Set<String> live = rows("change");
    Set<String> fixed = rows("need a restart");

    new ApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues("platform.server.port=-1")
        .run(
            context -> {
              Set<String> inCode =
                  context.getBean(LiveSettings.class).all().stream()
                      .map(one -> LiveBinding.prefixOf(one).toString())
                      .collect(Collectors.toCollection(TreeSet::new));
              assertThat(live).isEqualTo(inCode);
              Set<String> others = ours(context.getSourceApplicationContext());
              others.removeAll(inCode);
              assertThat(fixed).isEqualTo(others);
            });
  }

  private static Set<String> rows(String what) throws IOException {
    Set<String> prefixes = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      if (row.group(2).equals(what)) {
        prefixes.add(row.group(1));
      }
    }
    return prefixes;
  }

  private static Set<String> ours(ConfigurableApplicationContext context) {
    Set<String> prefixes = new TreeSet<>();
    for (String bean : context.getBeanDefinitionNames()) {
      ConfigurationProperties bound =
          context.findAnnotationOnBean(bean, ConfigurationProperties.class);
      if (bound != null && bound.prefix().startsWith("platform.")) {
        prefixes.add(bound.prefix());
      }
    }
    return prefixes;
  }
}
