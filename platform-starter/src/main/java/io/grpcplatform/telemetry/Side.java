package io.grpcplatform.telemetry;

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

  /** The name of the timer. */
  String meter() {
    return meter;
  }
}
