package io.grpcplatform.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No test of any module waits for time to pass, by whatever name. */
class NoSleepingTestsTest {

  private static final Pattern SLEEP =
      Pattern.compile(
          "(Thread\\.sleep|TimeUnit\\.\\w+\\.sleep|.*Uninterruptibles\\.sleep\\w*"
              + "|.*\\b(SECONDS|MILLISECONDS|MICROSECONDS|NANOSECONDS)\\.sleep|sleep"
              + "|.*(LockSupport\\.)?park(Nanos|Until))");

  /** Polling and waiting for something not to happen: sleep with a condition. */
  private static final Pattern POLLING =
      Pattern.compile(
          ".*\\.(pollInterval|pollDelay|pollInSameThread|during)|.*[aA]wait(ility)?\\(\\)\\..*"
              + "|Awaitility\\..*",
          Pattern.DOTALL);

  private static final Pattern WAIT_FOR_NOTHING =
      Pattern.compile(
          "assertThat\\(.*\\.(await|tryAcquire|awaitTermination)\\(.+\\)\\)\\.isFalse",
          Pattern.DOTALL);

  static List<String> waits(List<Path> tests) {
    List<String> found = new ArrayList<>();
    for (Source test : Source.parse(tests)) {
      test.scan(new Waits(test), found);
    }
    return found;
  }

  private static final class Waits extends TreeScanner<Void, List<String>> {
    private final Source test;

    Waits(Source test) {
      this.test = test;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, List<String> found) {
      Tree select = call.getMethodSelect();
      String called = select.toString();
      if (SLEEP.matcher(called).matches()
          || POLLING.matcher(called).matches()
          || WAIT_FOR_NOTHING.matcher(called).matches()) {
        found.add(test.where(call) + " " + called);
      }
      return super.visitMethodInvocation(call, found);
    }
  }

  @Test
  void noTestOfAnyModuleWaitsForTime() {
    assertThat(waits(House.sources("test"))).isEmpty();
  }

  @Test
  void everyWayToSleepIsFound() {
    assertThat(waits(House.fixtureSources("sleeping")))
        .extracting(found -> found.substring(found.indexOf(' ') + 1))
        .contains(
            "Thread.sleep",
            "TimeUnit.MILLISECONDS.sleep",
            "MILLISECONDS.sleep",
            "sleep",
            "LockSupport.parkNanos")
        .anySatisfy(found -> assertThat(found).contains("pollInterval"))
        .anySatisfy(found -> assertThat(found).endsWith("isFalse"));
  }

  @Test
  void waitingForSomethingToHappenIsNoSleep() {
    assertThat(waits(House.fixtureSources("sleeping")))
        .noneSatisfy(found -> assertThat(found).contains("isTrue"))
        .noneSatisfy(found -> assertThat(found).contains("poll("));
  }
}
