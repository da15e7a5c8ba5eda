package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.SettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application whose settings lie in a file beside it, from its start to its end. */
class WatchedFileTest {

  @TempDir Path folder;

  /** What the application under test has. */
  @ConfigurationProperties(prefix = "platform.varnish", ignoreUnknownFields = false)
  record Varnish(String gloss) {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableConfigurationProperties(Varnish.class)
  static class Application {
    @Bean
    Live<Varnish> varnish(Varnish start, LiveSettings settings) {
      return settings.add(Varnish.class, start);
    }
  }

  private ConfigurableApplicationContext start(Path file) {
    return new SpringApplicationBuilder(Application.class)
        .web(WebApplicationType.NONE)
        .run(
            "--platform.server.port=-1",
            "--platform.varnish.gloss=of the command line",
            "--platform.live.watch=" + file);
  }

  @Test
  void theFileHoldsFromTheStartAndFollows() throws Exception {
    Path file = Files.writeString(folder.resolve("live.yml"), "platform.varnish.gloss: high\n");
    try (ConfigurableApplicationContext context = start(file)) {
      Live<?> varnish = context.getBean("varnish", Live.class);
      assertThat(varnish.get()).isEqualTo(new Varnish("high"));
      BlockingQueue<String> seen = new LinkedBlockingQueue<>();
      varnish.onChange(now -> seen.add(((Varnish) now).gloss()));

      replace(file, "platform.varnish.gloss: low\n");
      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("low");
      replace(file, "platform.varnish.gloss: none\nplatform.server.port: 9\n");
      replace(file, "platform.varnish.gloss: silk\n");
      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("silk");
      Files.delete(file);

      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("of the command line");
      assertThat(context.getBean(SettingsChanges.class).view().version()).isEqualTo(3);
    }
  }

  @Test
  void aFileThatCannotBeReadFailsTheStart() throws IOException {
    Path file = Files.writeString(folder.resolve("live.yml"), "platform: [\n");

    assertThatThrownBy(() -> start(file))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("live.yml is not YAML, line");
  }

  @Test
  void aFileThatSaysNonsenseFailsTheStart() throws IOException {
    Path file = Files.writeString(folder.resolve("live.yml"), "platform.varnish.glos: high\n");

    assertThatThrownBy(() -> start(file)).hasStackTraceContaining("platform.varnish.gloss");
  }

  private static void replace(Path file, String text) throws IOException {
    Path other = Files.writeString(file.resolveSibling("other"), text);
    Files.move(
        other,
        file,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
