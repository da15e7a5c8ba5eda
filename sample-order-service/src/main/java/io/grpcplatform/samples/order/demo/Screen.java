package io.grpcplatform.samples.order.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/**
 * What a person sees: one line for each thing that happens, and below them, on a terminal, a status
 * line that is drawn over and over. Safe for any thread.
 */
final class Screen {
  private static final int WIDTH = 110;

  private final PrintStream out;
  private final boolean terminal;
  private final boolean colours;
  private final long began = System.nanoTime();
  private String status = "";

  Screen(PrintStream out, boolean terminal, Map<String, String> environment) {
    this.out = out;
    this.terminal = terminal;
    this.colours = terminal && !environment.containsKey("NO_COLOR");
  }

  /** How a line feels. */
  enum Mood {
    PLAIN(""),
    GOOD("\u001b[32m"),
    BAD("\u001b[31m"),
    NOTE("\u001b[33m"),
    BOLD("\u001b[1m");

    private final String code;

    Mood(String code) {
      this.code = code;
    }
  }

  void say(String text) {
    say(Mood.PLAIN, text);
  }

  synchronized void say(Mood mood, String text) {
    line(mood, String.format(Locale.ROOT, "%6.1f s  ", (System.nanoTime() - began) / 1e9), text);
  }

  /** A line without the time. */
  synchronized void print(Mood mood, String text) {
    line(mood, "", text);
  }

  /** How things are now. Where there is no terminal every call is a line of its own. */
  synchronized void status(String now) {
    if (terminal) {
      status = now.length() > WIDTH ? now.substring(0, WIDTH) : now;
      out.print("\r\u001b[K" + status);
      out.flush();
    } else {
      say(now);
    }
  }

  boolean isTerminal() {
    return terminal;
  }

  private void line(Mood mood, String prefix, String text) {
    if (!status.isEmpty()) {
      out.print("\r\u001b[K");
    }
    boolean coloured = colours && !mood.code.isEmpty();
    out.println(prefix + (coloured ? mood.code + text + "\u001b[0m" : text));
    if (!status.isEmpty()) {
      out.print(status);
    }
    out.flush();
  }

  /** Takes the status line away. */
  synchronized void calm() {
    if (!status.isEmpty()) {
      out.print("\r\u001b[K");
      out.flush();
      status = "";
    }
  }
}
