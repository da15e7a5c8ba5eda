package io.grpcplatform.error;

import io.grpcplatform.ClientFeature;
import io.grpcplatform.ServerFeature;

/** Failures that are safe to send, for channels and servers that the starter does not make. */
public final class Errors {

  private Errors() {}

  /** Lets an exception leave as INTERNAL with an id, and log it under that id. */
  public static ServerFeature server() {
    return ErrorServerStage.standard();
  }

  /**
   * Marks the failures of a channel, so that {@link #server()} in the same process passes them on
   * without the words of the service they came from.
   */
  public static ClientFeature client() {
    return new ErrorClientStage();
  }
}
