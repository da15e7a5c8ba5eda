package io.grpcplatform.async;

/**
 * Who carries a call out.
 *
 * @param kind how it gets there
 * @param name of the channel; empty for the others
 */
record Place(Kind kind, String name) {

  static final Place HERE = new Place(Kind.HERE, "");
  static final Place CARRIER = new Place(Kind.CARRIER, "");

  /** How a call gets to whoever carries it out. */
  enum Kind {
    /** It is served by this application. */
    HERE,
    /** A named channel leads there. */
    CHANNEL,
    /** A carrier takes it there. */
    CARRIER
  }

  static Place channel(String name) {
    return new Place(Kind.CHANNEL, name);
  }

  /** As it is stored. */
  String text() {
    return kind + ":" + name;
  }

  static Place of(String text) {
    int colon = text.indexOf(':');
    return new Place(Kind.valueOf(text.substring(0, colon)), text.substring(colon + 1));
  }
}
