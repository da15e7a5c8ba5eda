package io.grpcplatform.samples.order.trace;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One span as Zipkin's API tells it; {@code parent} is empty for a root. */
record ZipkinSpan(
    String id,
    String parent,
    String kind,
    String service,
    String name,
    long startMicros,
    long durationMicros,
    Map<String, String> tags,
    List<String> events) {

  static ZipkinSpan of(JsonNode span) {
    Map<String, String> tags = new LinkedHashMap<>();
    span.path("tags").properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
    List<String> events = new ArrayList<>();
    span.path("annotations").forEach(event -> events.add(event.path("value").asText()));
    return new ZipkinSpan(
        span.path("id").asText(),
        span.path("parentId").asText(),
        span.path("kind").asText(),
        span.path("localEndpoint").path("serviceName").asText(),
        span.path("name").asText(),
        span.path("timestamp").asLong(),
        span.path("duration").asLong(),
        tags,
        events);
  }

  /** The trace of the stream that this message was sent over. */
  String streamTrace() {
    return tags.getOrDefault("stream.trace_id", "");
  }
}
