package io.grpcplatform.async;

/** Where a stored call stands. */
enum CallState {
  /** To be carried out by this application, when it is due. */
  WAITING,
  /** With a carrier, or to be handed to it when that is due; due again if no result comes. */
  CARRIED,
  /** Ended with a response. */
  DONE,
  /** Ended with an error. */
  DEAD,
  /** Ended because somebody wanted that. */
  CANCELLED;

  boolean over() {
    return this != WAITING && this != CARRIED;
  }
}
