package io.grpcplatform.telemetry;

import io.grpcplatform.CallKey;
import io.grpcplatform.MessageSizes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** How many messages the calls of one method had on one side, and how large they were. */
final class MessageMeters implements MessageSizes {

  private final Counter received;
  private final Counter sent;
  private final Counter receivedBytes;
  private final Counter sentBytes;

  MessageMeters(MeterRegistry registry, Tags method) {
    received = messages(registry, method, "received");
    sent = messages(registry, method, "sent");
    receivedBytes = bytes(registry, method, "received");
    sentBytes = bytes(registry, method, "sent");
  }

  /** The tags of every meter of a method but the two timers'. */
  static Tags tags(Side side, CallKey key) {
    return Tags.of(
        "rpc.side", side.word(), "rpc.service", key.service(), "rpc.method", key.method());
  }

  private static Counter messages(MeterRegistry registry, Tags method, String direction) {
    return Counter.builder("platform.telemetry.messages")
        .description("Messages of calls")
        .tags(method)
        .tag("direction", direction)
        .register(registry);
  }

  private static Counter bytes(MeterRegistry registry, Tags method, String direction) {
    return Counter.builder("platform.telemetry.message.bytes")
        .description("Size of messages on the wire, compressed where they are, without headers")
        .baseUnit("bytes")
        .tags(method)
        .tag("direction", direction)
        .register(registry);
  }

  void received() {
    received.increment();
  }

  void sent() {
    sent.increment();
  }

  @Override
  public void received(long bytes) {
    receivedBytes.increment((double) bytes);
  }

  @Override
  public void sent(long bytes) {
    sentBytes.increment((double) bytes);
  }
}
