package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a change of settings promises: all or nothing, in order, and never half. */
final class LiveSettingsTest {

  private final LiveSettings settings = new LiveSettings();
  private final Live<String> word = settings.add(String.class, "one");
  private final Live<Integer> number = settings.add(Integer.class, 1);
  private final List<String> heard = new ArrayList<>();

  @Test
  void changesSeveralSettingsAsOneVersion() {
    settings.apply(Map.of(word, "two", number, 2));

    assertThat(word.get()).isEqualTo("two");
    assertThat(number.get()).isEqualTo(2);
    assertThat(settings.version()).isEqualTo(1);
    assertThat(settings.all()).containsExactly(word, number);
  }

  @Test
  void oneRefusalLeavesEverythingAsItWas() {
    word.check(next -> heard.add(next));
    number.check(
        next -> {
          throw SettingException.of("platform.x.number", next, "1", "1");
        });

    assertThatThrownBy(() -> settings.apply(Map.of(word, "two", number, 2)))
        .isInstanceOf(SettingException.class);
    assertThatThrownBy(
            () ->
                settings.apply(
                    Map.of(word, "two"),
                    () -> {
                      throw new IllegalStateException("not accepted");
                    }))
        .hasMessage("not accepted");

    assertThat(word.get()).isEqualTo("one");
    assertThat(number.get()).isEqualTo(1);
    assertThat(settings.version()).isZero();
  }

  @Test
  void checksThenAcceptsThenSwapsThenReacts() {
    word.check(next -> heard.add("check " + next + " while " + word.get()));
    word.onChange(now -> heard.add("react to " + now + " at " + settings.version()));
    settings.onChange(() -> heard.add("told of " + settings.version()));

    settings.apply(Map.of(word, "two"), () -> heard.add("accept while " + word.get()));

    assertThat(heard)
        .containsExactly(
            "check two while one", "accept while one", "react to two at 0", "told of 1");
  }

  @Test
  void aReactionThatFailsHarmsNoOther() {
    word.onChange(
        now -> {
          throw new IllegalStateException("a reaction that fails");
        });
    word.onChange(now -> heard.add(now));
    settings.onChange(
        () -> {
          throw new IllegalStateException("a listener that fails");
        });
    settings.onChange(() -> heard.add("told"));

    settings.apply(Map.of(word, "two"));

    assertThat(word.get()).isEqualTo("two");
    assertThat(heard).contains("told");
  }

  @Test
  void aMeasuredValueMakesPlansAgainWithoutAChange() {
    settings.onChange(() -> heard.add("told"));

    settings.changed();

    assertThat(settings.version()).isEqualTo(1);
    assertThat(heard).containsExactly("told");
  }

  @Test
  void fixedSettingsAreTheirOwn() {
    Live<String> fixed = Live.fixed(String.class, "alone");

    assertThat(fixed.get()).isEqualTo("alone");
    assertThat(fixed.type()).isEqualTo(String.class);
  }

  @Test
  void nobodyMakesAPlanOfHalfAChange() throws Exception {
    int changes = 20_000;
    AtomicInteger reacted = new AtomicInteger(1);
    number.onChange(reacted::set);
    settings.apply(Map.of(word, "1"));
    ExecutorService others = Executors.newFixedThreadPool(2);
    Future<?> changing =
        others.submit(
            () -> {
              for (int i = 2; i <= changes; i++) {
                settings.apply(Map.of(word, "" + i, number, i));
              }
            });
    List<String> halves = new ArrayList<>();
    while (!changing.isDone()) {
      String seen = settings.whole(() -> word.get() + " " + number.get() + " " + reacted.get());
      List<String> parts = List.of(seen.split(" "));
      if (!parts.get(0).equals(parts.get(1)) || !parts.get(1).equals(parts.get(2))) {
        halves.add(seen);
      }
    }
    changing.get(10, TimeUnit.SECONDS);
    others.shutdown();

    assertThat(halves).isEmpty();
    assertThat(settings.version()).isEqualTo(changes);
  }
}
