package io.grpcplatform.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.StartupCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/startup.md has a line for each rule, its code runs, and each rule has its bad setting. */
class StartupGuideTest {

  private static final Pattern MADE =
      Pattern.compile("(?:Finding\\.(?:of|instead|remove)|new\\s+Finding)\\(\\s*\"([a-z-]+)\"");
  private static final Pattern LINE = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ");

  private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");

  static final class QuotaCheck implements StartupCheck {
    private final int quota;

    QuotaCheck(int quota) {
      this.quota = quota;
    }

    @Override
    public List<Finding> findings() {
      return quota > 0
          ? List.of()
          : List.of(Finding.of("quota", "shop.quota", "Nobody can order: the quota is 0.", "100"));
    }
  }

  @Test
  void theGuideHasALineForEachRule() throws IOException {
    assertThat(documented()).isEqualTo(rules());
  }

  @Test
  void everyRuleHasABadSettingThatIsFound() throws IOException {
    Set<String> tested =
        BadSetting.all().stream()
            .map(BadSetting::rule)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(tested).isEqualTo(rules());
  }

  @Test
  void aCheckOfYourOwnIsAskedWithTheOthers() {
    Shop.with(Map.of())
        .withBean(QuotaCheck.class, () -> new QuotaCheck(0))
        .run(context -> assertThat(Shop.findings(context)).hasSize(1));

    assertThat(new QuotaCheck(1).findings()).isEmpty();
  }

  @Test
  void theExampleOfTheReadmeHasNoFindings() throws IOException {
    Matcher settings = YAML.matcher(Files.readString(root().resolve("README.md")));
    assertThat(settings.find()).isTrue();

    Shop.with(Shop.yaml(settings.group(1)))
        .run(context -> assertThat(Shop.findings(context)).isEmpty());
  }

  private static Set<String> documented() throws IOException {
    return found(LINE, Files.readString(root().resolve("docs/startup.md")));
  }

  private static Set<String> rules() throws IOException {
    Set<String> rules = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root().resolve("platform-starter/src/main/java"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        rules.addAll(found(MADE, Files.readString(file)));
      }
    }
    assertThat(rules).hasSizeGreaterThan(10);
    return rules;
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    return Files.isDirectory(folder.resolve("docs")) ? folder : folder.resolve("..").normalize();
  }
}
