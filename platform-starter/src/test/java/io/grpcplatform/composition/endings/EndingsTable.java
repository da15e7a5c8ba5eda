package io.grpcplatform.composition.endings;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The guide's table of endings: kinds of which the same is told share a row. */
final class EndingsTable {

  private static final String HEAD =
      """
      | how the call ends | calls | the caller reads | the client tells | the server tells |
      |---|---|---|---|---|
      """;

  private EndingsTable() {}

  static String of(Collection<Ending> endings) {
    StringBuilder table = new StringBuilder(HEAD);
    for (Ending ending : endings) {
      Map<Told, List<MethodType>> rows = new LinkedHashMap<>();
      ending
          .told()
          .forEach((kind, told) -> rows.computeIfAbsent(told, none -> new ArrayList<>()).add(kind));
      rows.forEach((told, kinds) -> table.append(row(ending.name(), told, kinds)));
    }
    return table.toString();
  }

  private static String row(String name, Told told, List<MethodType> kinds) {
    return "| %s | %s | %s | %s | %s |\n"
        .formatted(
            name,
            kinds.size() == Ending.KINDS.size()
                ? "all"
                : kinds.stream().map(EndingsTable::word).collect(Collectors.joining(", ")),
            told.caller() == null ? "an exception" : told.caller(),
            word(told.client()),
            served(told));
  }

  private static String served(Told told) {
    String last =
        told.server().stream().sorted().map(Code::name).collect(Collectors.joining(" or "));
    String before =
        told.before().stream().map(code -> code + ", then ").collect(Collectors.joining());
    return last.isEmpty() ? "–" : before + last;
  }

  private static String word(@Nullable Code code) {
    return code == null ? "–" : code.name();
  }

  private static String word(MethodType kind) {
    return switch (kind) {
      case UNARY -> "unary";
      case SERVER_STREAMING -> "server streaming";
      case CLIENT_STREAMING -> "client streaming";
      default -> "bidi";
    };
  }
}
