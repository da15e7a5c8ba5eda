package io.grpcplatform.stream;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Cuts the transport of a session at random points, each in one of the ways a network, a machine or
 * an operator does, and measures how long after the way is free the session goes on.
 */
final class Cuts implements AutoCloseable {

  /** What happens to the transport. */
  enum Kind {
    /** Both sides of every connection are reset. */
    RESET,
    /** Connections fall silent; new ones work at once. */
    SILENCE,
    /** Connections fall silent, and so do new ones until the client has given up one stream. */
    LONG_SILENCE,
    /** Connections are reset, and new ones refused until the client has noticed. */
    REFUSAL,
    /** The server process is killed with SIGKILL, and another started. */
    KILL,
    /** The server is told to drain while another instance serves already. */
    DRAIN
  }

  private static final int AHEAD = 600;

  /** How far the sender may go before a cut is over. */
  private record Gate(int answers, CompletableFuture<Void> open) {}

  private final String database;
  private final CountingListener session;
  private final CuttingProxy proxy;
  private final Map<Kind, List<Long>> resumed = new EnumMap<>(Kind.class);
  private ChildProcess server;
  private ChildProcess next;
  private volatile Gate gate = new Gate(Integer.MAX_VALUE, new CompletableFuture<>());
  private final List<Long> answered = new ArrayList<>();
  private final Queue<String> story = new ConcurrentLinkedQueue<>();
  private int kills;
  private int drains;

  Cuts(String database, CountingListener session, String... more) throws Exception {
    this.database = database;
    this.session = session;
    this.server = instance(more);
    this.next = server;
    this.proxy = new CuttingProxy(server.port());
  }

  private ChildProcess instance(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(database));
    arguments.addAll(List.of(more));
    return ChildProcess.start(NumberedApplication.class, arguments.toArray(String[]::new));
  }

  /** Where the client calls. */
  int port() {
    return proxy.port();
  }

  /** As many of each kind as can be, in random order. */
  static List<Kind> random(int cuts, Random random) {
    List<Kind> kinds = new ArrayList<>();
    for (int i = 0; i < cuts; i++) {
      kinds.add(Kind.values()[i % Kind.values().length]);
    }
    Collections.shuffle(kinds, random);
    return kinds;
  }

  /** Cuts at {@code points}, numbers of answers, which ascend. */
  void cut(List<Kind> kinds, int[] points) throws Exception {
    for (int i = 0; i < points.length; i++) {
      Kind kind = kinds.get(i);
      Gate before = gate;
      gate = new Gate(points[i] + AHEAD, new CompletableFuture<>());
      before.open.complete(null);
      if (kind == Kind.DRAIN) {
        next = instance();
      }
      session.whenAnswered(points[i]).get(120, TimeUnit.SECONDS);
      int streams = session.timesOpened();
      CompletableFuture<Long> goesOn = goesOn(streams + 1);
      story.add("%s at %d answers, %d streams".formatted(kind, session.answered(), streams));
      long free = cut(kind);
      session.whenOpened(streams + 1).get(60, TimeUnit.SECONDS);
      // Before a drain the way was never blocked: what counts is how long there was no stream.
      long open =
          kind == Kind.DRAIN ? session.lastGapMillis() : (System.nanoTime() - free) / 1_000_000;
      gate.open.complete(null);
      long on = (goesOn.get(60, TimeUnit.SECONDS) - free) / 1_000_000;
      story.add("  open after ms %d, first new answer after ms %d".formatted(open, on));
      resumed.computeIfAbsent(kind, absent -> new ArrayList<>()).add(open);
      if (kind != Kind.DRAIN) {
        answered.add(on);
      }
    }
    gate.open.complete(null);
    gate = new Gate(Integer.MAX_VALUE, new CompletableFuture<>());
  }

  /**
   * Lets the sender wait once it is far beyond a cut that is not yet over: otherwise all messages
   * would have gone while a process starts.
   */
  void awaitTurn(int answers) throws Exception {
    Gate now = gate;
    if (answers > now.answers) {
      now.open.get(120, TimeUnit.SECONDS);
    }
  }

  /** When the first answer is handled after a stream is open. */
  private CompletableFuture<Long> goesOn(int streams) {
    return session
        .whenOpened(streams)
        .thenComposeAsync(on -> session.whenAnswered(session.answered() + 1))
        .thenApply(on -> System.nanoTime());
  }

  /** Returns when the way was free again. */
  private long cut(Kind kind) throws Exception {
    int cuts = session.timesCut();
    long free = System.nanoTime();
    switch (kind) {
      case RESET -> proxy.reset();
      case SILENCE -> proxy.swallow();
      case LONG_SILENCE -> {
        proxy.swallowAll();
        session.whenCut(cuts + 1).get(60, TimeUnit.SECONDS);
        free = System.nanoTime();
        proxy.heal();
      }
      case REFUSAL -> {
        proxy.refuse();
        session.whenCut(cuts + 1).get(60, TimeUnit.SECONDS);
        free = System.nanoTime();
        proxy.listen();
      }
      case KILL -> {
        server.kill();
        // Each second time the whole machine seems gone, else what stands before it answers.
        boolean refused = kills++ % 2 == 1;
        if (refused) {
          proxy.refuse();
        }
        server = instance();
        proxy.leadTo(server.port());
        free = System.nanoTime();
        if (refused) {
          proxy.listen();
        }
      }
      case DRAIN -> {
        proxy.leadTo(next.port());
        free = System.nanoTime();
        drain();
        server = next;
      }
    }
    return free;
  }

  /** Each second time at once; else the session has time to move before its stream is ended. */
  private void drain() throws Exception {
    CompletableFuture<Void> moved = session.whenOpened(session.timesOpened() + 1);
    server.tell("announce");
    if (drains++ % 2 == 0) {
      moved.get(60, TimeUnit.SECONDS);
    }
    server.tell("drain");
    if (server.ended() != 0) {
      throw new AssertionError("the drained instance failed:\n" + server.output());
    }
  }

  /** Milliseconds from the moment the way was free to the next stream, by kind, sorted. */
  Map<Kind, List<Long>> resumed() {
    resumed.values().forEach(Collections::sort);
    return resumed;
  }

  /**
   * Milliseconds from that moment to the first answer that the client had not had, sorted: what was
   * not acknowledged is handled again before.
   */
  List<Long> answered() {
    Collections.sort(answered);
    return answered;
  }

  /** What was done, and the last words of the instance that serves now. */
  String story() {
    return String.join("\n", story) + "\nserver: " + server.output();
  }

  @Override
  public void close() throws Exception {
    proxy.close();
    server.close();
    next.close();
  }
}
