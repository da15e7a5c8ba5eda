package io.grpcplatform.startup;

import io.grpcplatform.StartupCheck.Finding;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A finding as a person reads it in a log. */
final class FindingText {

  private static final String ACCEPT = "platform.startup.ignore";

  private FindingText() {}

  /** One block: what and where, what happens, what to paste, how to live with it. */
  static String of(Finding finding) {
    boolean fault = !finding.yaml().endsWith("ignore: " + finding.rule());
    return "["
        + finding.rule()
        + "] "
        + finding.property()
        + "\n\n"
        + wrapped(finding.problem())
        + (fault ? "\n\n    This corrects it:\n\n" : "\n\n    This accepts it:\n\n")
        + indented(finding.yaml())
        + (fault ? "\n\n    To hear no more of it: " + ACCEPT + ": " + finding.rule() : "")
        + "\n";
  }

  private static String indented(String yaml) {
    return Arrays.stream(yaml.split("\n", -1))
        .map(line -> "        " + line)
        .collect(Collectors.joining("\n"));
  }

  private static String wrapped(String sentence) {
    StringBuilder text = new StringBuilder("   ");
    int column = 3;
    for (String word : sentence.split(" ", -1)) {
      if (column + 1 + word.length() > 100) {
        text.append("\n   ");
        column = 3;
      }
      text.append(' ').append(word);
      column += 1 + word.length();
    }
    return text.toString();
  }
}
