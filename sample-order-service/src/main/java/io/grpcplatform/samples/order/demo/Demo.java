package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.demo.Screen.Mood;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The program behind {@code demo.sh}. */
public final class Demo {
  private Demo() {}

  public static void main(String[] arguments) throws InterruptedException {
    // Before anything logs: this process has a screen instead.
    System.setProperty("logback.configurationFile", "logback-demo.xml");
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    boolean terminal = "true".equals(System.getProperty("demo.terminal"));
    Screen screen = new Screen(out, terminal, System.getenv());
    System.exit(run(List.of(arguments), screen));
  }

  private static int run(List<String> arguments, Screen screen) throws InterruptedException {
    Play play;
    try {
      play = new Play(DemoSettings.of(arguments, System.getenv()), screen);
    } catch (IllegalArgumentException wrong) {
      screen.print(Mood.BAD, String.valueOf(wrong.getMessage()));
      return 2;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> endQuietly(play), "end"));
    boolean played = false;
    try {
      play.run();
      played = true;
    } catch (IllegalStateException | IOException failed) {
      screen.say(Mood.BAD, String.valueOf(failed.getMessage()));
    } catch (InterruptedException ended) {
      // Ctrl-C: the hook is counting already, and the process ends when it has.
      Thread.currentThread().join();
    }
    int code = play.end();
    return played ? code : 1;
  }

  private static void endQuietly(Play play) {
    try {
      play.end();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
