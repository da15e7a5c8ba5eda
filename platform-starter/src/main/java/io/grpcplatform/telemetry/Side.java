package io.grpcplatform.telemetry;

import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import org.jspecify.annotations.Nullable;

/** Which end of a call is looked at. */
enum Side {
  SERVER("server", "grpc.server"),
  CLIENT("client", "grpc.client");

  private final String word;
  private final String meter;

  Side(String word, String meter) {
    this.word = word;
    this.meter = meter;
  }

  /** As the access log and the tag {@code rpc.side} name it. */
  String word() {
    return word;
  }

  /**
   * Why the call was refused: by this process, or on a client by its peer; null where nobody did.
   */
  Refusal.@Nullable Reason refusal(Outcome outcome) {
    Refusal refusal = outcome.refusal();
    if (refusal != null) {
      return refusal.reason();
    }
    // What a server sends may be another's refusal that its handler passes on.
    return this == CLIENT ? Refusal.reasonOf(outcome.trailers()) : null;
  }

  /** The name of the timer. */
  String meter() {
    return meter;
  }
}
