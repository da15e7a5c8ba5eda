package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The spans that have ended, by the side they are of; those of calls that only hold are left out.
 */
final class EndedSpans implements SpanExporter {

  private final Map<SpanKind, BlockingQueue<SpanData>> ended = new EnumMap<>(SpanKind.class);

  EndedSpans() {
    for (SpanKind kind : SpanKind.values()) {
      ended.put(kind, new LinkedBlockingQueue<>());
    }
  }

  /**
   * Waits until a side has ended so many spans, which it does after it has written the call's timer
   * and its log line.
   */
  List<SpanData> await(SpanKind kind, int count) throws InterruptedException {
    List<SpanData> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SpanData span = ended.get(kind).poll(10, TimeUnit.SECONDS);
      assertThat(span).as("a %s span ends, number %s", kind, i + 1).isNotNull();
      found.add(span);
    }
    return found;
  }

  /** Those that have ended since anybody asked. */
  List<SpanData> more(SpanKind kind) {
    List<SpanData> found = new ArrayList<>();
    ended.get(kind).drainTo(found);
    return found;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> batch) {
    for (SpanData span : batch) {
      if (!span.getName().endsWith("/Hold")) {
        ended.get(span.getKind()).add(span);
      }
    }
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
