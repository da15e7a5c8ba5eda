package io.grpcplatform.stream;

import io.grpcplatform.v1.Position;
import java.util.Comparator;

/**
 * Where something stands in a session, in the order of {@code platform.v1.Position}.
 *
 * @param message the client's message
 * @param answer the answer to it, 0 for the message itself
 */
record Place(long message, long answer) implements Comparable<Place> {

  /** Before everything. */
  static final Place NONE = new Place(0, 0);

  private static final Comparator<Place> ORDER =
      Comparator.comparingLong(Place::message).thenComparingLong(Place::answer);

  static Place of(Position position) {
    return new Place(position.getMessage(), position.getAnswer());
  }

  /** After the last answer that a message can have. */
  static Place after(long message) {
    return new Place(message, Long.MAX_VALUE);
  }

  Position position() {
    return Position.newBuilder().setMessage(message).setAnswer(answer).build();
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }
}
