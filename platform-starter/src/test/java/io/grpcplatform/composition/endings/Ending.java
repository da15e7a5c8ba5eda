package io.grpcplatform.composition.endings;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.Refusal.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One way a call can end: how to bring it about, and what must be told of it then. Made step by
 * step, and not changed any more once it stands in its table.
 */
final class Ending {

  static final Set<MethodType> KINDS =
      Set.of(
          MethodType.UNARY,
          MethodType.SERVER_STREAMING,
          MethodType.CLIENT_STREAMING,
          MethodType.BIDI_STREAMING);

  private final String name;
  private final Situation situation;
  private final Map<MethodType, Told> told = new EnumMap<>(MethodType.class);
  private Consumer<Setup> setup = nothing -> {};
  private @Nullable Reason reason;
  private @Nullable Reason byClient;
  private boolean nameless;
  private boolean starterOnly;

  /** Brings an ending about. */
  @FunctionalInterface
  interface Situation {
    /** Makes the call, and whatever else it takes; returns the call that it is about. */
    Caller play(Scene scene) throws Exception;
  }

  private Ending(String name, Situation situation) {
    this.name = name;
    this.situation = situation;
  }

  /** An ending as the table calls it. */
  static Ending of(String name, Situation situation) {
    return new Ending(name, situation);
  }

  /** An ending that the handler brings about by itself. */
  static Ending of(String name, String act) {
    return of(name, scene -> scene.call(act));
  }

  /** What is told of calls of any kind. */
  Ending tells(Told all) {
    KINDS.forEach(kind -> told.put(kind, all));
    return this;
  }

  /** What is told of calls of some kinds. */
  Ending tells(Told of, MethodType... kinds) {
    for (MethodType kind : kinds) {
      told.put(kind, of);
    }
    return this;
  }

  Ending with(Consumer<Setup> more) {
    setup = setup.andThen(more);
    return this;
  }

  Ending with(String... properties) {
    return with(setup -> setup.properties(properties));
  }

  /** Refused by a stage of the platform: both sides' lines name the reason. */
  Ending refused(Reason because) {
    reason = because;
    return this;
  }

  /** Named by the client alone, which has judged what the server said. */
  Ending clientReason(Reason because) {
    byClient = because;
    return this;
  }

  /** The server does not know the method, and must not repeat what it was asked for. */
  Ending nameless() {
    nameless = true;
    return this;
  }

  /** Needs this starter's client: a bare one would not end so. */
  Ending byTheClient() {
    starterOnly = true;
    return this;
  }

  String name() {
    return name;
  }

  Situation situation() {
    return situation;
  }

  Consumer<Setup> setup() {
    return setup;
  }

  Map<MethodType, Told> told() {
    return told;
  }

  Told told(MethodType kind) {
    Told expected = told.get(kind);
    if (expected == null) {
      throw new IllegalArgumentException(name + " does not happen to " + kind);
    }
    return expected;
  }

  @Nullable Reason reasonOfClient() {
    return byClient == null ? reason : byClient;
  }

  @Nullable Reason reason() {
    return reason;
  }

  boolean isNameless() {
    return nameless;
  }

  boolean needsStarter() {
    return starterOnly;
  }

  @Override
  public String toString() {
    return name;
  }
}
