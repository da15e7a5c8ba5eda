package io.grpcplatform.samples.order.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The spans of one trace, as a tree. */
final class OrderTrace {
  private final List<ZipkinSpan> spans;

  OrderTrace(List<ZipkinSpan> spans) {
    this.spans = spans.stream().sorted(Comparator.comparingLong(ZipkinSpan::startMicros)).toList();
  }

  List<ZipkinSpan> roots() {
    return spans.stream().filter(span -> span.parent().isEmpty()).toList();
  }

  List<ZipkinSpan> orphans() {
    Set<String> ids = spans.stream().map(ZipkinSpan::id).collect(Collectors.toSet());
    return spans.stream()
        .filter(span -> !span.parent().isEmpty() && !ids.contains(span.parent()))
        .toList();
  }

  /** How many services have told of it. */
  long services() {
    return spans.stream().map(ZipkinSpan::service).distinct().count();
  }

  List<ZipkinSpan> children(ZipkinSpan of) {
    return spans.stream().filter(span -> span.parent().equals(of.id())).toList();
  }

  ZipkinSpan only(String name) {
    return only(named(spans, name), name);
  }

  ZipkinSpan only(String kind, String name) {
    return only(ofKind(named(spans, name), kind), kind + " " + name);
  }

  /** The one child of that name; Zipkin writes names in small letters. */
  ZipkinSpan child(ZipkinSpan of, String service, String kind, String name) {
    List<ZipkinSpan> found =
        ofKind(named(children(of), name), kind).stream()
            .filter(span -> span.service().equals(service))
            .toList();
    return only(found, name + " below " + of.name());
  }

  private static List<ZipkinSpan> named(List<ZipkinSpan> spans, String name) {
    return spans.stream().filter(span -> span.name().equals(name)).toList();
  }

  private static List<ZipkinSpan> ofKind(List<ZipkinSpan> spans, String kind) {
    return spans.stream().filter(span -> span.kind().equals(kind)).toList();
  }

  private ZipkinSpan only(List<ZipkinSpan> found, String what) {
    assertThat(found).as("%s in%n%s", what, text()).hasSize(1);
    return found.get(0);
  }

  /** For a person to look at. */
  String text() {
    StringBuilder text = new StringBuilder();
    roots().forEach(root -> append(text, root, 0, root.startMicros()));
    orphans().forEach(orphan -> append(text.append("ORPHAN "), orphan, 0, orphan.startMicros()));
    return text.toString();
  }

  private void append(StringBuilder text, ZipkinSpan span, int depth, long zero) {
    text.append(
        String.format(
            Locale.ROOT,
            "%8.1f ms %6.1f ms  %s%s: %s %s %s %s%n",
            (span.startMicros() - zero) / 1000.0,
            span.durationMicros() / 1000.0,
            "  ".repeat(depth),
            span.service(),
            span.kind(),
            span.name(),
            span.tags(),
            span.events()));
    children(span).forEach(child -> append(text, child, depth + 1, zero));
  }
}
