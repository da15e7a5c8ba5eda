package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.live.LiveChange.Outcome;
import io.grpcplatform.live.LiveChange.Source;
import io.grpcplatform.server.ServerAutoConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/** What is applied, refused, shown and taken back, with features of the test's own. */
class LiveChangesTest {

  private final Map<String, Object> others = new HashMap<>();
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withUserConfiguration(Paints.class)
          .withPropertyValues(
              "platform.server.port=-1", "management.endpoints.web.exposure.include=grpcsettings")
          .withInitializer(
              context ->
                  context
                      .getEnvironment()
                      .getPropertySources()
                      .addLast(new MapPropertySource("others", others)))
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  ServerAutoConfiguration.class,
                  LiveAutoConfiguration.class));

  /** Settings as the features have them: a record. */
  @ConfigurationProperties(prefix = "platform.paint", ignoreUnknownFields = false)
  record Paint(
      @DefaultValue("blue") String color,
      @DefaultValue("1") int coats,
      @DefaultValue Map<String, Integer> methods) {
    Paint {
      if (coats < 1) {
        throw SettingException.of("platform.paint.coats", coats, ">= 1", "1");
      }
    }
  }

  /** Settings as other libraries have them: a bean with setters, and no equals. */
  @ConfigurationProperties(prefix = "brushes.wide")
  static final class Brushes {
    private int hairs = 100;

    public int getHairs() {
      return hairs;
    }

    public void setHairs(int hairs) {
      this.hairs = hairs;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties({Paint.class, Brushes.class})
  static class Paints {
    @Bean
    Live<Paint> paint(Paint start, LiveSettings settings) {
      return settings
          .add(Paint.class, start)
          .check(
              next -> {
                if (next.color().equals("pink")) {
                  throw SettingException.of("platform.paint.color", "pink", "a color", "blue");
                }
              });
    }

    @Bean
    Live<Brushes> brushes(Brushes start, LiveSettings settings) {
      return settings.add(Brushes.class, start);
    }
  }

  /** Everything a test looks at. */
  private record Bench(AssertableApplicationContext context) {
    private Paint paint() {
      return (Paint) live(Paint.class).get();
    }

    private Brushes brushes() {
      return (Brushes) live(Brushes.class).get();
    }

    /** The server's settings as text; their type is the server's own. */
    private String server() {
      return context.getBean(LiveSettings.class).all().stream()
          .map(live -> live.get().toString())
          .filter(text -> text.startsWith("ServerProperties["))
          .findFirst()
          .orElseThrow();
    }

    private Live<?> live(Class<?> type) {
      return context.getBean(LiveSettings.class).all().stream()
          .filter(live -> live.type() == type)
          .findFirst()
          .orElseThrow();
    }

    private SettingsChanges changes() {
      return context.getBean(SettingsChanges.class);
    }

    private int files(Map<String, Object> properties) {
      return changes().change(Source.FILE, () -> changes().layers().withFiles(properties));
    }

    private LiveChange latest() {
      return changes().view().history().get(0);
    }

    private double counted(String outcome, String source) {
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      context.getBean(LiveMetrics.class).bindTo(registry);
      return registry
          .get("platform.live.changes")
          .tags("outcome", outcome, "source", source)
          .functionCounter()
          .count();
    }
  }

  private void run(ContextConsumer<Bench> test) {
    runner.run(context -> test.accept(new Bench(context)));
  }

  /** As {@link org.springframework.boot.test.context.runner.ContextConsumer}, of a bench. */
  private interface ContextConsumer<T> {
    void accept(T bench) throws Exception;
  }

  @Test
  void appliesAChangedEnvironmentAsOneChange() {
    run(
        bench -> {
          Brushes first = bench.brushes();
          others.putAll(Map.of("platform.paint.color", "red", "brushes.wide.hairs", "50"));

          int version = bench.context().getBean(LiveReload.class).reload();

          assertThat(version).isEqualTo(1);
          assertThat(bench.paint().color()).isEqualTo("red");
          assertThat(bench.brushes().getHairs()).isEqualTo(50);
          assertThat(first.getHairs()).as("the snapshot before").isEqualTo(100);
          assertThat(bench.latest().properties())
              .extracting(Object::toString)
              .containsExactly(
                  "brushes.wide.hairs (not set) -> 50", "platform.paint.color (not set) -> red");
          assertThat(bench.counted("applied", "environment")).isEqualTo(1);
        });
  }

  @Test
  void bindsOnlyWhatHasChanged() {
    run(
        bench -> {
          Object brushes = bench.brushes();
          Paint paint = bench.paint();
          bench.files(Map.of("platform.paint.color", "blue"));

          assertThat(bench.paint()).as("equal, so not replaced").isSameAs(paint);
          assertThat(bench.brushes()).isSameAs(brushes);
        });
  }

  @Test
  void aWrongValueChangesNothingAtAll() {
    run(
        bench -> {
          assertThatThrownBy(
                  () ->
                      bench.files(Map.of("platform.paint.coats", "0", "brushes.wide.hairs", "50")))
              .isInstanceOf(SettingException.class)
              .hasMessage("coats: 0 (expected: >= 1, platform.paint.coats)");

          assertThat(bench.brushes().getHairs()).isEqualTo(100);
          assertThat(bench.context().getEnvironment().getProperty("brushes.wide.hairs")).isNull();
          assertThat(bench.latest().outcome()).isEqualTo(Outcome.REFUSED);
          assertThat(bench.latest().version()).isZero();
          assertThat(bench.latest().instead()).contains("coats: 1");
          assertThat(bench.counted("refused", "file")).isEqualTo(1);
          assertThat(bench.counted("applied", "file")).isZero();
        });
  }

  @Test
  void refusesWhatAFeaturesOwnCheckRefuses() {
    run(
        bench -> {
          assertThatThrownBy(
                  () ->
                      bench.files(
                          Map.of("platform.paint.color", "pink", "brushes.wide.hairs", "50")))
              .hasMessageContaining("expected: a color");

          assertThat(bench.brushes().getHairs()).isEqualTo(100);
          assertThat(bench.changes().layers().files()).isEmpty();
        });
  }

  @Test
  void refusesNamesAndTypesAsTheStartDoes() {
    run(
        bench -> {
          assertThatThrownBy(() -> bench.files(Map.of("platform.paint.colour", "red")))
              .hasMessageContaining("the nearest is platform.paint.color");
          assertThatThrownBy(() -> bench.files(Map.of("platform.server.prot", "1")))
              .hasMessageContaining("the nearest is platform.server.port");
          assertThatThrownBy(() -> bench.files(Map.of("platform.paint.coats", "many")))
              .hasMessageContaining("coats: many (expected: a number");
          assertThatThrownBy(() -> bench.files(Map.of("platform.paint.methods.a.B/C", "1")))
              .hasMessageContaining("a key in brackets");
          assertThatThrownBy(() -> bench.files(Map.of("brushes.wide.hairs", "all")))
              .hasMessageContaining("hairs: all");
          assertThat(bench.counted("refused", "file")).isEqualTo(5);
        });
  }

  @Test
  void aFileMayNotChangeWhatNeedsARestart() {
    run(
        bench -> {
          assertThatThrownBy(
                  () ->
                      bench.files(
                          Map.of("platform.paint.color", "red", "platform.live.watch", "x.yml")))
              .hasMessage(
                  "watch: x.yml (expected: not set, as it was: it cannot change while the application"
                      + " runs, platform.live.watch)");
          assertThatThrownBy(() -> bench.files(Map.of("spring.application.name", "x")))
              .hasMessageContaining("it cannot change while the application runs");

          assertThat(bench.paint().color()).isEqualTo("blue");
        });
  }

  @Test
  void ofTheEnvironmentTheRestIsAppliedAndTold() {
    runner
        .withInitializer(context -> context.getEnvironment().getPropertySources().remove("test"))
        .run(
            context -> {
              Bench bench = new Bench(context);
              others.putAll(Map.of("platform.paint.color", "red", "platform.live.watch", "a.yml"));

              bench.changes().reload();

              assertThat(bench.paint().color()).isEqualTo("red");
              assertThat(bench.latest().reason())
                  .isEqualTo("needs a restart: [platform.live.watch (not set) -> a.yml]");
              others.put("platform.live.watch", "b.yml");
              assertThat(bench.changes().reload()).isEqualTo(1);
              assertThat(bench.latest().outcome()).isEqualTo(Outcome.REFUSED);
              assertThat(bench.changes().reload()).isEqualTo(1);
              assertThat(bench.changes().view().history()).as("told once").hasSize(2);
            });
  }

  @Test
  void whatMadeTheServerHoldsUpNothingElse() {
    run(
        bench -> {
          others.putAll(
              Map.of(
                  "platform.paint.color", "red",
                  "platform.server.keepalive.time", "7s",
                  "platform.server.executor.max-threads", "70"));

          assertThat(bench.changes().reload()).isEqualTo(1);

          assertThat(bench.paint().color()).isEqualTo("red");
          assertThat(bench.server()).contains("maxThreads=70", "Keepalive[time=PT1M,");
          assertThat(bench.latest().reason())
              .isEqualTo("needs a restart: [platform.server.keepalive.time (not set) -> 7s]");

          assertThat(bench.files(Map.of("platform.server.executor.max-threads", "71")))
              .isEqualTo(2);
          assertThat(bench.server()).contains("maxThreads=71", "Keepalive[time=PT1M,");
          assertThatThrownBy(
                  () ->
                      bench.files(
                          Map.of(
                              "platform.server.port", "9191",
                              "platform.server.executor.max-threads", "72")))
              .isInstanceOf(SettingException.class)
              .hasMessageContaining("it cannot change while the application runs");
          assertThat(bench.server()).contains("maxThreads=71");
        });
  }

  @Test
  void anUntoldChangeOfTheEnvironmentIsNotTheFiles() {
    run(
        bench -> {
          others.put("platform.paint.coats", "2");

          bench.files(Map.of("platform.paint.color", "red"));

          assertThat(bench.changes().view().history())
              .extracting(LiveChange::source)
              .containsExactly(Source.FILE, Source.ENVIRONMENT);
          assertThat(bench.paint().coats()).isEqualTo(2);
        });
  }

  @Test
  void takesOneChangeBackAsAWhole() {
    run(
        bench -> {
          bench.files(Map.of("platform.paint.color", "red"));
          Paint red = bench.paint();
          bench.files(Map.of("platform.paint.color", "green", "brushes.wide.hairs", "50"));

          int version = bench.changes().rollBack();

          assertThat(version).isEqualTo(3);
          assertThat(bench.paint()).isSameAs(red);
          assertThat(bench.brushes().getHairs()).isEqualTo(100);
          assertThat(bench.context().getEnvironment().getProperty("platform.paint.color"))
              .isEqualTo("red");
          assertThat(bench.latest().source()).isEqualTo(Source.ROLLBACK);
          assertThatThrownBy(() -> bench.changes().rollBack())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("no change to take back");
        });
  }

  @Test
  void whatWasTakenBackReturnsWithTheFilesNextChange() {
    run(
        bench -> {
          bench.files(Map.of("platform.paint.color", "red"));
          bench.changes().rollBack();

          bench.files(Map.of("platform.paint.color", "red", "platform.paint.coats", "2"));

          assertThat(bench.paint()).isEqualTo(new Paint("red", 2, Map.of()));
          assertThat(bench.latest().version()).isEqualTo(3);
        });
  }

  @Test
  void anEnvironmentTakenBackReturnsWithTheNextChange() {
    run(
        bench -> {
          others.put("platform.paint.color", "red");
          bench.changes().reload();
          bench.changes().rollBack();
          assertThat(bench.paint().color()).isEqualTo("blue");

          bench.files(Map.of("platform.paint.coats", "2"));

          assertThat(bench.paint()).isEqualTo(new Paint("red", 2, Map.of()));
        });
  }

  @Test
  void theEventOfSpringCloudAppliesTheEnvironment() {
    run(
        bench -> {
          ApplicationEvent event =
              new ByteBuddy()
                  .subclass(ApplicationEvent.class)
                  .name("org.springframework.cloud.context.environment.EnvironmentChangeEvent")
                  .make()
                  .load(getClass().getClassLoader())
                  .getLoaded()
                  .getConstructor(Object.class)
                  .newInstance("changed keys");
          others.put("platform.paint.color", "red");
          bench.context().publishEvent(event);
          assertThat(bench.paint().color()).isEqualTo("red");

          others.put("platform.paint.coats", "0");
          bench.context().publishEvent(event);

          assertThat(bench.latest().outcome()).isEqualTo(Outcome.REFUSED);
        });
  }

  @Test
  void secretsAreShownNowhere() {
    run(
        bench -> {
          assertThatThrownBy(() -> bench.files(Map.of("platform.paint.token", "hunter2")))
              .hasMessageContaining("token: ******");
          bench.files(Map.of("brushes.wide.secret", "hunter2"));

          assertThat(bench.changes().view().toString())
              .contains("brushes.wide.secret (not set) -> ******")
              .doesNotContain("hunter2");
        });
  }

  @Test
  void onlyTheLatestFiftyAreRemembered() {
    run(
        bench -> {
          for (int coats = 2; coats < 62; coats++) {
            bench.files(Map.of("platform.paint.coats", coats));
          }

          List<LiveChange> history = bench.changes().view().history();
          assertThat(history).hasSize(LiveHistory.KEPT);
          assertThat(history.get(0).version()).isEqualTo(60);
        });
  }

  @Test
  void theEndpointIsReadOnlyByDefault() {
    run(
        bench -> {
          assertThat(bench.context()).hasSingleBean(LiveEndpoint.class);
          assertThat(bench.context()).doesNotHaveBean(LiveWriteEndpoint.class);
          bench.files(Map.of("platform.paint.color", "red"));

          LiveView view = bench.context().getBean(LiveEndpoint.class).settings();

          assertThat(view.version()).isEqualTo(1);
          assertThat(view.live()).contains("brushes.wide", "platform.paint");
        });
  }

  @Test
  void theEndpointWritesWhereItIsAllowedTo() {
    runner
        .withPropertyValues("platform.live.actuator.write=true")
        .run(
            context -> {
              Bench bench = new Bench(context);
              assertThat(context).doesNotHaveBean(LiveEndpoint.class);
              LiveWriteEndpoint endpoint = context.getBean(LiveWriteEndpoint.class);
              bench.files(Map.of("platform.paint.color", "red"));

              var set = endpoint.change("platform.paint: {color: green, coats: 2}", null);
              assertThat(set.getStatus()).isEqualTo(200);
              assertThat(bench.paint()).isEqualTo(new Paint("green", 2, Map.of()));
              endpoint.change("platform.paint.coats: 3", List.of("platform.paint.color"));
              assertThat(bench.paint()).isEqualTo(new Paint("red", 3, Map.of()));
              assertThat(endpoint.settings().set()).containsOnlyKeys("platform.paint.coats");

              var refused = endpoint.change("platform.paint.coats: 0", null);
              assertThat(refused.getStatus()).isEqualTo(400);
              assertThat(refused.getBody()).containsKeys("refused", "instead");
              assertThat(endpoint.change(null, List.of("platform.paint.color")).getBody())
                  .extracting("refused")
                  .asString()
                  .contains("a property that was set through this endpoint");
              assertThat(endpoint.change("platform: [", null).getStatus()).isEqualTo(400);
              assertThat(endpoint.rollBack().getStatus()).isEqualTo(200);
              assertThat(bench.paint()).isEqualTo(new Paint("green", 2, Map.of()));
              assertThat(endpoint.rollBack().getStatus()).isEqualTo(400);
            });
  }

  @Test
  void nothingChangesWhereItIsSwitchedOff() {
    runner
        .withPropertyValues("platform.live.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(LiveReload.class));
  }
}
