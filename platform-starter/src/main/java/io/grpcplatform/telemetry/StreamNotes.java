package io.grpcplatform.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * What is noted of one live stream beyond what is noted of every call.
 *
 * <p>Threading: each direction has a thread of its own at a time; the end may come on another.
 */
final class StreamNotes {

  private final Side side;
  private final @Nullable StreamMeters meters;
  private final @Nullable MessageEvents events;
  // Of the direction in which responses go only.
  private boolean answered;

  StreamNotes(Side side, @Nullable StreamMeters meters, @Nullable MessageEvents events) {
    this.side = side;
    this.meters = meters;
    this.events = events;
    if (meters != null) {
      meters.opened();
    }
  }

  void received(MeasuredCall call) {
    if (side == Side.CLIENT) {
      answered(call);
    }
    if (events != null) {
      events.received();
    }
  }

  void sent(MeasuredCall call) {
    if (side == Side.SERVER) {
      answered(call);
    }
    if (events != null) {
      events.sent();
    }
  }

  private void answered(MeasuredCall call) {
    if (!answered) {
      answered = true;
      if (meters != null) {
        meters.answered(call.lived());
      }
    }
  }

  /** Before the span ends. */
  void ended() {
    if (events != null) {
      events.tellTotals();
    }
    if (meters != null) {
      meters.closed();
    }
  }
}
