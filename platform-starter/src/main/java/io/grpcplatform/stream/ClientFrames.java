package io.grpcplatform.stream;

import io.grpc.Status;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.SessionFrame;
import org.jspecify.annotations.Nullable;

/** What is wrong with a client's frame, whatever its session knows. */
final class ClientFrames {

  private static final int LONGEST_ID = 64;

  private ClientFrames() {}

  /**
   * Checks a frame.
   *
   * @param first whether it is the first on its stream
   * @return why the stream cannot go on; null where it can
   */
  static @Nullable Status wrong(SessionFrame frame, boolean first) {
    if (frame.hasOpen() != first) {
      return Status.FAILED_PRECONDITION.withDescription(
          first
              ? "control: " + frame.getControlCase() + " (expected: open in a stream's first frame)"
              : "control: open (expected: in a stream's first frame alone)");
    }
    String wrong = first ? wrong(frame.getOpen()) : null;
    if (wrong == null && frame.hasPosition()) {
      wrong = wrongPosition(frame);
    }
    if (wrong == null && Place.of(frame.getAcknowledged()).compareTo(Place.NONE) < 0) {
      long message = frame.getAcknowledged().getMessage();
      wrong = "acknowledged.message: " + message + " (expected: >= 0)";
    }
    return wrong == null ? null : Status.INVALID_ARGUMENT.withDescription(wrong);
  }

  private static @Nullable String wrong(Open open) {
    int length = open.getSessionId().length();
    if (length == 0 || length > LONGEST_ID) {
      return "open.session_id: " + length + " characters (expected: 1 to " + LONGEST_ID + ")";
    }
    if (open.getNextMessage() < 1) {
      return "open.next_message: " + open.getNextMessage() + " (expected: >= 1)";
    }
    return open.getStream() < 1 ? "open.stream: " + open.getStream() + " (expected: >= 1)" : null;
  }

  private static @Nullable String wrongPosition(SessionFrame frame) {
    if (frame.getPosition().getMessage() < 1) {
      return "position.message: " + frame.getPosition().getMessage() + " (expected: >= 1)";
    }
    return frame.getPosition().getAnswer() != 0
        ? "position.answer: " + frame.getPosition().getAnswer() + " (expected: 0 from a client)"
        : null;
  }
}
