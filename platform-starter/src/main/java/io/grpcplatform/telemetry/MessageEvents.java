package io.grpcplatform.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;

/**
 * The messages of one recorded stream, as events of its span: direction and number, never content.
 * The first few have an event each, in both directions together; then one says that there are no
 * more. The totals are attributes of the span.
 *
 * <p>Threading: safe; the two directions have a thread each.
 */
final class MessageEvents {

  private static final AttributeKey<String> DIRECTION = AttributeKey.stringKey("direction");
  private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("sequence-number");
  private static final AttributeKey<Long> CAP = AttributeKey.longKey("cap");
  private static final AttributeKey<Long> RECEIVED = AttributeKey.longKey("rpc.messages.received");
  private static final AttributeKey<Long> SENT = AttributeKey.longKey("rpc.messages.sent");

  private final Span span;
  private final int cap;
  private long received;
  private long sent;

  MessageEvents(Span span, int cap) {
    this.span = span;
    this.cap = cap;
  }

  synchronized void received() {
    tell("received", received++);
  }

  synchronized void sent() {
    tell("sent", sent++);
  }

  // The sequence number counts from 0 in each direction, as in gRFC A72.
  private void tell(String direction, long number) {
    long told = received + sent;
    if (told <= cap) {
      span.addEvent("message", Attributes.of(DIRECTION, direction, NUMBER, number));
    } else if (told == cap + 1L) {
      span.addEvent("message-cap-reached", Attributes.of(CAP, (long) cap));
    }
  }

  synchronized void tellTotals() {
    span.setAttribute(RECEIVED, received);
    span.setAttribute(SENT, sent);
  }
}
