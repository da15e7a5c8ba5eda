package io.grpcplatform.loadshedding;

/**
 * How many messages of one stream its handler has taken and not finished, as far as can be told
 * from outside: a message is finished when it is answered or when the handler asks for another one,
 * whichever comes first, and each of the two is believed once per message.
 *
 * <p>Only the messages of a bidirectional stream are counted one by one: what a client stream
 * gathers is one piece of work, and so is a message whose handler asked for all of them at once.
 *
 * <p>Threading: none of its own; its stream guards it.
 */
final class MessagesInWork {

  /** Who asks for more than this at a time does not say how much it takes on. */
  private static final int UNPACED = 1_000;

  private final boolean bidirectional;
  private boolean paced = true;
  private int open;
  private int answered;

  MessagesInWork(boolean bidirectional) {
    this.bidirectional = bidirectional;
  }

  /** A message came. */
  void received() {
    open = bidirectional && paced ? open + 1 : 1;
  }

  /** The handler sent something. */
  void sent() {
    if (open > 0) {
      open--;
      answered++;
    }
  }

  /** The handler asked for so many. */
  void asked(int messages) {
    if (messages > UNPACED) {
      paced = false;
    }
    int known = Math.min(messages, answered);
    answered -= known;
    open = Math.max(0, open - (messages - known));
  }

  /** The handler has turned to something else. */
  void none() {
    open = 0;
    answered = 0;
  }

  /** Never negative. */
  int count() {
    return open;
  }
}
