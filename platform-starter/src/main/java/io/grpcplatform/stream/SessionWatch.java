package io.grpcplatform.stream;

/**
 * Hears what happens to resumable sessions, for whoever counts it.
 *
 * <p>Threading: safe, and never blocks; a session may tell of itself while it holds a lock.
 */
interface SessionWatch {

  /** Counts nothing. */
  SessionWatch NONE = new SessionWatch() {};

  /** Which end of a session tells. */
  enum Side {
    CLIENT,
    SERVER
  }

  /** Why a session is on another stream than before. */
  enum Resume {
    /** Client: the stream ended with a status after which another is opened. */
    CUT,
    /** Client: the server was silent for longer than it may be. */
    SILENCE,
    /** Client: the server asked for it, because it stops. */
    MOVE,
    /** Client: {@link ResumableStream#reopen}. */
    REQUEST,
    /** Client: the handling of an answer failed. */
    FAILURE,
    /** Server: this instance remembers the session. */
    RETURNED,
    /** Server: the session's earlier streams were elsewhere, or are forgotten. */
    ARRIVED
  }

  /** A session begins at this side; on a server, with its first stream at this instance. */
  default Session began(Side side, String fullMethodName) {
    return Session.NONE;
  }

  /** One session at one side. */
  interface Session {

    /** Counts nothing. */
    Session NONE = new Session() {};

    /** The session has its first stream; on a client, once the server has answered. */
    default void opened() {}

    /**
     * The session has another stream.
     *
     * @param nanosWithout how long it had none, 0 after a move and where it is not known
     */
    default void resumed(Resume why, long nanosWithout) {}

    /** The session has no stream now. */
    default void cut() {}

    /** A message of the application goes out for the first time. */
    default void sent() {}

    /** A message of the application goes out again. */
    default void replayed() {}

    /** A message is handed to the application. */
    default void received() {}

    /** A message has come again, and is not handed on. */
    default void repeated() {}

    /** How many messages the other side has not acknowledged now. */
    default void unacknowledged(int messages) {}

    /** The session is over, or forgotten. Told once, last. */
    default void ended() {}
  }
}
